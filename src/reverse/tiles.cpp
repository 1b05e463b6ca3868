// SPDX-License-Identifier: BSD-3-Clause
#include "reverse/tiles.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

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

std::optional<Precision> GridChoice::precision(double variance) const {
  if (options_.precision || variance == 0) return options_.precision;
  // It was measured with the calibrated number of steps and no other.
  if (options_.method != Method::automatic) return std::nullopt;
  return calibration_.precision(to_db(1 / variance));
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
  using Kind = std::pair<std::size_t, std::optional<Precision>>;
  std::vector<Kind> kinds;
  for (const double v : variances) kinds.emplace_back(grid_of(v).size(), grid_of.precision(v));
  const auto kind = [&](Index sample) {
    return kinds[kinds.size() == 1 ? 0 : static_cast<std::size_t>(sample)];
  };

  TilePlan plan;
  plan.order.resize(static_cast<std::size_t>(samples));
  std::iota(plan.order.begin(), plan.order.end(), Index{0});
  if (kinds.size() > 1) {
    std::stable_sort(plan.order.begin(), plan.order.end(),
                     [&](Index a, Index b) { return kind(a) < kind(b); });
  }
  const auto kind_at = [&](Index position) {
    return kind(plan.order[static_cast<std::size_t>(position)]);
  };
  const Index most = tile_size(samples, batch);
  for (Index i = 0; i < samples; ++i) {
    plan.evaluations += static_cast<double>(kind_at(i).first);
    const bool fits = !plan.starts.empty() && i - plan.starts.back() < most &&
                      kind_at(plan.starts.back()) == kind_at(i);
    if (fits) continue;
    plan.starts.push_back(i);
    plan.precisions.push_back(kind_at(i).second);
  }
  plan.starts.push_back(samples);
  return plan;
}

}  // namespace pellucid
