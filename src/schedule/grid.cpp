// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/schedule/grid.hpp"

#include <fmt/format.h>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

Grid every_step_from(const Schedule& schedule, int first) {
  Grid grid;
  for (int t = first; t >= 1; --t) grid.push_back(schedule.level(t));
  return grid;
}

}  // namespace

Grid observation_grid(const Schedule& schedule, double snr_db, Steps steps) {
  if (steps.count < 0) throw Error(fmt::format("steps: {}: choose 1 or more", steps.count));
  const double max_db = schedule.max_snr_db();
  if (steps.is_all()) {
    Grid grid = every_step_from(schedule, schedule.nearest_step(snr_db));
    if (snr_db > max_db || snr_db < schedule.min_snr_db()) {
      grid.front() = NoiseLevel::from_snr_db(snr_db);
    }
    return grid;
  }
  if (snr_db > max_db) return {NoiseLevel::from_snr_db(snr_db)};
  Grid grid;
  for (int i = 0; i < steps.count; ++i) {
    grid.push_back(NoiseLevel::from_snr_db(snr_db + i * (max_db - snr_db) / steps.count));
  }
  return grid;
}

Grid generation_grid(const Schedule& schedule, Steps steps) {
  if (steps.is_all()) return every_step_from(schedule, schedule.steps());
  return observation_grid(schedule, schedule.min_snr_db(), steps);
}

Grid round_to_steps(const Schedule& schedule, const Grid& grid) {
  Grid rounded;
  int last = 0;
  for (const NoiseLevel& level : grid) {
    const int step = schedule.nearest_step(level.snr_db());
    if (step != last) rounded.push_back(schedule.level(step));
    last = step;
  }
  return rounded;
}

}  // namespace pellucid
