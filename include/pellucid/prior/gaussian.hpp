// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "pellucid/base/monitor.hpp"
#include "pellucid/base/sample_source.hpp"
#include "pellucid/base/types.hpp"

namespace pellucid {

/// A Gaussian prior `x ~ N(m, C)`, or circularly symmetric `CN(m, C)` for complex `T`
/// (`C = E[(x - m)(x - m)^H]`). `T` is `double` or `std::complex<double>`.
template <class T>
struct Gaussian {
  Vector<T> mean;        ///< m, N entries
  Matrix<T> covariance;  ///< C, N x N, Hermitian and positive semi-definite

  [[nodiscard]] Index dim() const { return mean.size(); }
  /// Throws `Error` where shapes disagree, a number is not finite or `C` is not Hermitian.
  void validate() const;
};

/// The average variance per entry about the mean, `P = tr C / N`.
template <class T>
[[nodiscard]] double average_variance(const Gaussian<T>& prior);

/// The sample mean and covariance (divided by n) of a source, in one pass over it; throws `Error`
/// on an empty source or entries that are not finite.
template <class T>
[[nodiscard]] Gaussian<T> fit_gaussian(const SampleSource<T>& clean, int threads = 0,
                                       Monitor* monitor = nullptr);

/// Closed-form draws `first ... first + count - 1` of the seed's sequence, one a column.
template <class T>
[[nodiscard]] Matrix<T> draw(const Gaussian<T>& prior, Index count, std::uint64_t seed,
                             Index first = 0);

/// The log density in nats of every column of `x` under the prior plus noise of variance
/// `noise_variance` per entry. Throws `Error` where `C + v I` is singular.
template <class T>
[[nodiscard]] Eigen::VectorXd log_density(const Gaussian<T>& prior, ConstBatch<T> x,
                                          double noise_variance = 0.0);

}  // namespace pellucid
