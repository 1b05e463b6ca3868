// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pellucid/schedule/noise_level.hpp"

namespace pellucid {

/// The eight ways to space `beta_t`, `t = 1..T`; formulas in docs/mathematics.md.
enum class ScheduleKind { linear, quad, sqrt, constant, recip, log, exp, cosine };

/// A variance-preserving noise schedule: `beta_t`, `alpha_t = 1 - beta_t`,
/// `abar_t = prod_{i<=t} alpha_i`. Steps count from 1 (nearly clean) to `steps()` (nearly noise);
/// step 0 is the clean signal.
class Schedule {
 public:
  /// What makes a schedule; `beta_1` and `beta_T` are ignored by `cosine`.
  struct Settings {
    ScheduleKind kind = ScheduleKind::linear;
    int steps = 300;      ///< T, at least 1
    double beta_1 = 0.0;  ///< in (0, 1)
    double beta_T = 0.0;  ///< in (0, 1)
    bool operator==(const Settings&) const = default;
  };

  /// The first paper's linear schedule with `T = 300`.
  Schedule() : Schedule(paper(300)) {}
  /// Throws `Error` for settings out of range.
  explicit Schedule(const Settings& settings);

  /// Linear from 40 dB at t = 1 to the papers' `beta_T`, 0.95, 0.7, 0.2, 0.1, 0.035, 0.02, 0.01 for
  /// T = 5, 10, 50, 100, 300, 500, 1000; geometric interpolation in T between them, the nearest
  /// beyond.
  static Settings paper(int steps);
  /// Reads `KIND,T,BETA_1,BETA_T`; the betas may be left out (the papers' values then), `T` too
  /// (300). Throws `Error` listing the known kinds.
  static Schedule parse(std::string_view text);
  /// The text that `parse` reads back to the same schedule.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] int steps() const { return settings_.steps; }
  [[nodiscard]] double beta(int step) const { return beta_.at(static_cast<std::size_t>(step)); }
  [[nodiscard]] double alpha(int step) const { return 1.0 - beta(step); }
  /// The noise level of a step in `0..T`.
  [[nodiscard]] const NoiseLevel& level(int step) const {
    return levels_.at(static_cast<std::size_t>(step));
  }
  [[nodiscard]] double alpha_bar(int step) const { return level(step).alpha_bar; }

  /// SNR in decibel of step 1 and of step T, the schedule's range.
  [[nodiscard]] double max_snr_db() const { return level(1).snr_db(); }
  [[nodiscard]] double min_snr_db() const { return level(steps()).snr_db(); }

  /// The step in `1..T` whose SNR is nearest in decibel (the lower step on a tie).
  [[nodiscard]] int nearest_step(double snr_db) const;

 private:
  Settings settings_;
  std::vector<double> beta_;        // index t; beta_[0] = 0
  std::vector<NoiseLevel> levels_;  // index t; levels_[0] is clean
};

/// Names as they are written in files and on the command line.
[[nodiscard]] std::string_view name(ScheduleKind kind);
[[nodiscard]] ScheduleKind parse_schedule_kind(std::string_view name);

}  // namespace pellucid
