// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/schedule/schedule.hpp"

namespace pellucid {

/// The levels a reverse process visits, noisiest first; after the last one it goes to the clean
/// signal (u = 0). A denoiser is evaluated once per level.
using Grid = std::vector<NoiseLevel>;

/// How many steps a process takes: `all` of the schedule's or `count` of its own.
struct Steps {
  static constexpr int all = 0;
  int count = all;
  [[nodiscard]] bool is_all() const { return count == all; }
};

/// The grid of an observation at `snr_db`.
///
/// `all` (the papers' rule): the step nearest in decibel, then every step below it, down to 1. An
/// SNR outside the schedule's range replaces the end that it is nearest to by its own true level.
/// `K`: the levels `snr_db + i (max_db - snr_db) / K`, `i = 0..K-1`, with `max_db` the SNR of step
/// 1; an observation above it takes one step. The first level is exactly the observation's.
[[nodiscard]] Grid observation_grid(const Schedule& schedule, double snr_db, Steps steps);

/// The grid of generation from pure noise: every step `T..1`, or `K` levels evenly spaced in
/// decibel from step T's to step 1's, like an observation at the SNR of step T.
[[nodiscard]] Grid generation_grid(const Schedule& schedule, Steps steps);

/// The same grid for a denoiser that knows the schedule's steps only: each level rounded to its
/// nearest step, duplicates dropped.
[[nodiscard]] Grid round_to_steps(const Schedule& schedule, const Grid& grid);

}  // namespace pellucid
