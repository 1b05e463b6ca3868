// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <numbers>
#include <string>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// How much a squared distance `d^H S^-1 d` takes from a log density: half real, whole complex.
template <class T>
inline constexpr double quadratic_weight = is_complex<T> ? 1.0 : 0.5;

/// What a determinant is multiplied by once per entry in the constant of a density: 2 pi real, pi
/// complex.
template <class T>
inline constexpr double circle = (is_complex<T> ? 1.0 : 2.0) * std::numbers::pi;

/// The log density of `N(m, S)` (or `CN`) at its mean, from the Cholesky factor of `S`:
/// `-(N log 2 pi + log det S) / 2`, or `-(N log pi + log det S)`.
template <class T>
[[nodiscard]] double log_peak(const Matrix<T>& factor);

/// Log densities in nats of every column of `x` under `N(mean, C + v I)`, into `out`. Throws
/// `Error` where `C + v I` is singular; `what` names the covariance.
template <class T>
void normal_log_density(const Vector<T>& mean, const Matrix<T>& covariance, double noise_variance,
                        ConstBatch<T> x, const std::string& what, Eigen::Ref<Eigen::VectorXd> out);

/// Throws `Error` unless `x` has `dim` rows and `noise_variance` is finite and not negative.
template <class T>
void check_observation(Index dim, ConstBatch<T> x, double noise_variance);

}  // namespace pellucid
