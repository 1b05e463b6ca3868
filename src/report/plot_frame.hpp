// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "report/axis.hpp"
#include "report/line_plot.hpp"

namespace pellucid::report {

/// Whether the plot's axes have a place for the point.
[[nodiscard]] bool can_show(const PlotPoint& point, const LinePlot& plot);

/// The axes of a plot, its drawing area inside the picture, in pixels, and where the names of the
/// curves go.
class PlotFrame {
 public:
  struct Place {
    double x, y;
  };

  double width, height, left, right, top, bottom;
  std::size_t longest_label;  ///< longer names are cut
  Axis x, y;

  /// `drawing_height`: of the drawing area, more where the names beside it need it.
  PlotFrame(const LinePlot& plot, PlotForm form, double drawing_height);

  [[nodiscard]] bool empty() const { return empty_; }  ///< no point can be shown
  [[nodiscard]] double px(double value) const { return left + x.position(value) * (right - left); }
  [[nodiscard]] double py(double value) const {
    return bottom - y.position(value) * (bottom - top);
  }
  /// Where each curve's name begins: at the height of its end, moved apart where names would
  /// touch, or below the plot.
  [[nodiscard]] std::vector<Place> name_places(const LinePlot& plot) const;

  /// Room that a name takes, with the piece of curve before it.
  [[nodiscard]] double name_width(const std::string& label) const;

 private:
  void choose_axes(const LinePlot& plot);
  [[nodiscard]] std::vector<Place> beside(const LinePlot& plot) const;
  [[nodiscard]] std::vector<Place> below(std::size_t count) const;

  bool wide_;
  bool empty_ = false;
  double spacing_;
  int columns_ = 1;
};

}  // namespace pellucid::report
