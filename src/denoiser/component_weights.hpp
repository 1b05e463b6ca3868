// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <limits>
#include <span>

#include "pellucid/base/types.hpp"
#include "pellucid/schedule/schedule.hpp"

namespace pellucid {

inline const NoiseLevel& level_of(std::span<const NoiseLevel> levels, Index sample) {
  return levels.size() == 1 ? levels[0] : levels[static_cast<std::size_t>(sample)];
}

/// Throws `Error` for a call of `denoise` whose shapes do not fit.
void check_batch(Index dim, Index batch, Index rows, Index samples, Index levels);

/// The posterior weight below which a component is left out: the precision of `T`, over `K`.
template <class T>
double cutoff_of_weights(Index components) {
  const double tolerance = std::is_same_v<RealOf<T>, float> ? 1e-8 : 1e-16;
  return tolerance / static_cast<double>(components);
}

/// Logs of weights of every column to weights that sum to 1, those below `cutoff` zero. Where the
/// logs are not finite, an observation is so far off that its squares overflow: the component that
/// `nearest(j)` names outweighs all others.
template <class Nearest>
void normalise_weights(Eigen::Ref<Eigen::MatrixXd> weights, double cutoff, const Nearest& nearest) {
  if (weights.rows() == 1) {
    weights.setOnes();
    return;
  }
  for (Index j = 0; j < weights.cols(); ++j) {
    auto p = weights.col(j);
    const bool finite = !p.hasNaN() && std::isfinite(p.maxCoeff());
    if (!finite) {
      p.setConstant(-std::numeric_limits<double>::infinity());
      p(nearest(j)) = 0.0;
    }
    p.array() = (p.array() - p.maxCoeff()).exp();
    p /= p.sum();
    p = (p.array() < cutoff).select(0.0, p);
  }
}

}  // namespace pellucid
