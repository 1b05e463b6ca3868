// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/prior/gaussian.hpp"
#include "pellucid/reproduce/findings.hpp"
#include "pellucid/schedule/noise_level.hpp"

namespace pellucid::reproduce {

/// The square of Frechet's distance between two distributions' means and covariances, the least
/// mean |a - b|^2 of Gaussians that have them (Dowson and Landau 1982), over `tr C` of the second:
/// `(|m1 - m2|^2 + tr(C1 + C2 - 2 (C1^(1/2) C2 C1^(1/2))^(1/2))) / tr C2`. 0 for equal moments, 1
/// for a first distribution that is the second's mean alone.
[[nodiscard]] double relative_frechet(const Gaussian<double>& a, const Gaussian<double>& b);

/// Both in the leading `rank` principal components of `b`.
[[nodiscard]] double relative_frechet(const Gaussian<double>& a, const Gaussian<double>& b,
                                      Index rank);

/// Of samples (one a column) to `target` in its leading `rank` principal components, by their
/// sample moments; the standard error by the jackknife over `groups` equal groups of columns, which
/// are independent.
[[nodiscard]] Measured frechet_of(const Matrix<double>& samples, Index groups,
                                  const Gaussian<double>& target, Index rank);

/// What the reverse process with T steps and re-sampling strength `resampling` makes of
/// observations of a Gaussian prior whose normalised covariance has these eigenvalues: the error
/// over the MMSE by the exact recursion of docs/mathematics.md. `grid` is walked from `sqrt(abar)
/// y` at `level`.
[[nodiscard]] double gaussian_error_ratio(const Eigen::VectorXd& eigenvalues,
                                          const std::vector<NoiseLevel>& grid,
                                          const NoiseLevel& level, double resampling);

}  // namespace pellucid::reproduce
