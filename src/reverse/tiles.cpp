// SPDX-License-Identifier: BSD-3-Clause
#include "reverse/tiles.hpp"

#include <algorithm>
#include <numeric>

namespace pellucid {

Grid GridChoice::operator()(double variance) const {
  if (variance == 0) return {NoiseLevel::clean()};
  const double snr_db = to_db(1 / variance);
  const Steps steps = steps_at(snr_db);
  // One step is at exactly the observation's level, also outside the schedule's range.
  Grid grid = steps.count == 1 ? Grid{NoiseLevel::from_variance(variance)}
                               : observation_grid(schedule_, snr_db, steps);
  if (!steps.is_all()) grid.front() = NoiseLevel::from_variance(variance);
  return bound_ == nullptr ? grid : round_to_steps(*bound_, grid);
}

Steps GridChoice::steps_at(double snr_db) const {
  if (options_.method == Method::one_step) return {1};
  if (options_.method == Method::automatic) return {calibration_.steps(snr_db)};
  return options_.steps;
}

Index tile_size(Index samples, Index batch) {
  constexpr Index least = 16, tiles = 8;
  return std::clamp((samples + tiles - 1) / tiles, std::min(least, batch), batch);
}

TilePlan plan_tiles(const GridChoice& grid_of, std::span<const double> variances, Index samples,
                    Index batch) {
  std::vector<std::size_t> lengths;
  for (const double v : variances) lengths.push_back(grid_of(v).size());
  const auto length = [&](Index sample) {
    return lengths[lengths.size() == 1 ? 0 : static_cast<std::size_t>(sample)];
  };

  TilePlan plan;
  plan.order.resize(static_cast<std::size_t>(samples));
  std::iota(plan.order.begin(), plan.order.end(), Index{0});
  if (lengths.size() > 1) {
    std::stable_sort(plan.order.begin(), plan.order.end(),
                     [&](Index a, Index b) { return length(a) < length(b); });
  }
  const auto length_at = [&](Index position) {
    return length(plan.order[static_cast<std::size_t>(position)]);
  };
  const Index most = tile_size(samples, batch);
  for (Index i = 0; i < samples; ++i) {
    plan.evaluations += static_cast<double>(length_at(i));
    const bool fits = !plan.starts.empty() && i - plan.starts.back() < most &&
                      length_at(plan.starts.back()) == length_at(i);
    if (!fits) plan.starts.push_back(i);
  }
  plan.starts.push_back(samples);
  return plan;
}

}  // namespace pellucid
