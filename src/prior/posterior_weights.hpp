// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <limits>

#include "prior/log_sum_exp.hpp"

namespace pellucid {

/// The component of least `energy(k)` among those with a weight: it outweighs all others for an
/// observation so far off that squares overflow and log weights are not finite. Energies are best
/// computed on the observation divided by its size.
template <class Energy>
[[nodiscard]] Index nearest_component(const Eigen::VectorXd& log_weights, const Energy& energy) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Index nearest = 0;
  double least = infinity;
  for (Index k = 0; k < log_weights.size(); ++k) {
    if (log_weights(k) == -infinity) continue;
    const double e = energy(k);
    if (e < least) {
      least = e;
      nearest = k;
    }
  }
  return nearest;
}

/// The logs of one sample's joint densities to posterior weights that sum to 1, those below
/// `cutoff` zero; returns the log of their sum. Where the logs are not finite, all weight goes to
/// the component that `nearest()` names.
template <class Nearest>
double weights_above(double cutoff, Eigen::Ref<Eigen::VectorXd> logs, const Nearest& nearest) {
  if (logs.hasNaN() || !std::isfinite(logs.maxCoeff())) {
    logs.setConstant(-std::numeric_limits<double>::infinity());
    logs(nearest()) = std::numeric_limits<double>::lowest();
  }
  const double log_sum = normalise_logs(logs);
  logs = (logs.array() < cutoff).select(0.0, logs);
  return log_sum;
}

}  // namespace pellucid
