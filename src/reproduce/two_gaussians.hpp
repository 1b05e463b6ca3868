// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/schedule/grid.hpp"

namespace pellucid::reproduce {

/// Two Gaussians of equal weight and one variance at +mean and -mean, in one dimension, of total
/// variance 1. Variance 0: the points +1 and -1 themselves.
struct TwoGaussians {
  double mean = 1.0;
  double variance = 0.0;
};

/// With means `separation` standard deviations of a component apart: `2 m / sqrt(1 - m^2)`.
[[nodiscard]] TwoGaussians at_distance(double separation);

/// Expectations over the prior and the noise.
struct ForwardingError {
  double distance = 0.0;  ///< `E |estimate - CME|^2`
  double mmse = 0.0;
  [[nodiscard]] double excess() const { return distance / mmse; }
};

/// Mean forwarding of observations at `snr_db` down a grid, by the exact denoiser. No draws: the
/// estimate is an odd function of y, whose expectations are integrals over y > 0 by the midpoint
/// rule in `asinh(y / s)`, which resolves the decision at y = 0 and the far tail alike (relative
/// error below 1e-6 to 20 dB).
[[nodiscard]] ForwardingError forwarding_error(const TwoGaussians& prior, double snr_db,
                                               const Grid& grid);

/// Mean square error of `sign(y)` for the points +1 and -1: `4 Q(sqrt(SNR))`.
[[nodiscard]] double hard_decision_error(double snr_db);

}  // namespace pellucid::reproduce
