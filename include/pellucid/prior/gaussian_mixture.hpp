// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/prior/gaussian.hpp"

namespace pellucid {

/// A mixture prior `x ~ sum_k w_k N(m_k, C_k)`, circularly symmetric `CN` for complex `T`.
template <class T>
struct GaussianMixture {
  Eigen::VectorXd weights;             ///< w, K, not negative, summing to 1
  Matrix<T> means;                     ///< m_k, N x K, one a column
  std::vector<Matrix<T>> covariances;  ///< C_k, K of N x N, Hermitian, positive semi-definite

  [[nodiscard]] Index dim() const { return means.rows(); }
  [[nodiscard]] Index components() const { return weights.size(); }
  /// Throws `Error` where shapes disagree, weights do not sum to 1 (within 1e-6) or are negative, a
  /// number is not finite or a covariance is not Hermitian; names the tensor and the component.
  void validate() const;
};

/// The mean and covariance of the whole mixture.
template <class T>
[[nodiscard]] Gaussian<T> moments(const GaussianMixture<T>& prior);

/// `P`: the average variance per entry about the mixture's mean.
template <class T>
[[nodiscard]] double average_variance(const GaussianMixture<T>& prior);

template <class T>
[[nodiscard]] Matrix<T> draw(const GaussianMixture<T>& prior, Index count, std::uint64_t seed,
                             Index first = 0);

/// `log w_k + log N(x_j; m_k, C_k + v I)`, K x n in nats; what posterior weights and the density
/// come from.
template <class T>
[[nodiscard]] Eigen::MatrixXd joint_log_density(const GaussianMixture<T>& prior, ConstBatch<T> x,
                                                double noise_variance = 0.0, int threads = 1);

/// The log density in nats of every column of `x` under the prior plus noise.
template <class T>
[[nodiscard]] Eigen::VectorXd log_density(const GaussianMixture<T>& prior, ConstBatch<T> x,
                                          double noise_variance = 0.0, int threads = 1);

/// Posterior weights `p(k | x_j)` of the components, K x n; columns sum to 1.
template <class T>
[[nodiscard]] Eigen::MatrixXd posterior_weights(const GaussianMixture<T>& prior, ConstBatch<T> x,
                                                double noise_variance = 0.0, int threads = 1);

/// The number of free real parameters: `K - 1` weights and per component `N + N (N + 1) / 2` real,
/// or `2 N + N^2` complex.
template <class T>
[[nodiscard]] double parameter_count(const GaussianMixture<T>& prior);

/// The same from the sizes.
template <class T>
[[nodiscard]] double mixture_parameter_count(Index dim, Index components);

/// The Bayesian information criterion `-2 log L + p log n`; smaller is better.
template <class T>
[[nodiscard]] double bic(const GaussianMixture<T>& prior, double log_likelihood, Index samples);

}  // namespace pellucid
