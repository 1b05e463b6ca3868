// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace pellucid::report {

/// A plot's axis: maps values to `[0, 1]` and knows its grid.
class Axis {
 public:
  struct Tick {
    double value = 0.0;
    std::string label;
  };

  /// Covers `[low, high]` with some room at both ends and ticks at 1, 2 or 5 times a power of ten.
  static Axis linear(double low, double high, int most_ticks);
  /// The same on a logarithmic scale, or at powers of ten where there is no room for more;
  /// `0 < low <= high`.
  static Axis logarithmic(double low, double high, int most_ticks);

  /// 0 at the lower end, 1 at the upper one; values outside are moved to the end.
  [[nodiscard]] double position(double value) const;
  [[nodiscard]] bool contains(double value) const;
  [[nodiscard]] const std::vector<Tick>& ticks() const { return ticks_; }
  [[nodiscard]] const std::vector<double>& minor() const { return minor_; }

 private:
  void mark_linearly(double low, double high, int most_ticks);
  void mark_decades(int every);
  void mark_one_two_five();

  double low_ = 0.0;  // of the values or, on a logarithmic axis, of their log10
  double high_ = 1.0;
  bool logarithmic_ = false;
  std::vector<Tick> ticks_;
  std::vector<double> minor_;
};

}  // namespace pellucid::report
