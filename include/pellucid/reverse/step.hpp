// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

#include "pellucid/schedule/noise_level.hpp"

namespace pellucid {

/// How a process goes from a level `t` to a cleaner one `u`, given `x0hat`, an estimate of
/// `E[x0 | x_t]`.
enum class Rule {
  posterior,  ///< the forward process's posterior mean, plus re-sampling noise of strength r
  renoise,    ///< `x_u = sqrt(abar_u) x0hat + sqrt(1 - abar_u) z` with fresh noise z
  ddim,       ///< the same with the predicted noise in place of z (deterministic DDIM)
};

/// Reads "posterior", "renoise" or "ddim"; throws `Error` listing them.
[[nodiscard]] Rule parse_rule(std::string_view name);

/// `x_u = estimate * x0hat + current * x_t + noise_std * z`, z standard noise.
struct StepCoefficients {
  double estimate = 1.0;
  double current = 0.0;
  double noise_std = 0.0;
};

/// The coefficients of a step between any two levels, not only neighbours. With
/// `a = abar_t / abar_u`, `b = 1 - a`, rule `posterior` is
///
///     x_u = ( sqrt(abar_u) b x0hat + sqrt(a) (1 - abar_u) x_t ) / (1 - abar_t)
///           + r sqrt( b (1 - abar_u) / (1 - abar_t) ) z
///
/// (Ho et al. 2020, eq. 7, for non-neighbouring steps.) `resampling` is r: 0 forwards the
/// conditional mean, 1 is ancestral sampling; only `posterior` uses it. A step to the clean signal
/// returns x0hat under every rule.
[[nodiscard]] StepCoefficients step_coefficients(const NoiseLevel& t, const NoiseLevel& u,
                                                 Rule rule, double resampling);

}  // namespace pellucid
