// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/prior/gaussian_mixture.hpp"

namespace pellucid {

/// A mixture of factor analysers, `C_k = W_k W_k^H + diag(d_k)` (Ghahramani and Hinton, The EM
/// algorithm for mixtures of factor analyzers, 1996): `N (r + 1)` numbers a covariance. No function
/// but `dense` and `moments` forms an N x N matrix.
template <class T>
struct FactorMixture {
  Eigen::VectorXd weights;          ///< w, K, not negative, summing to 1
  Matrix<T> means;                  ///< m_k, N x K
  std::vector<Matrix<T>> factors;   ///< W_k, K of N x r
  Eigen::MatrixXd noise_variances;  ///< d_k, N x K, not negative

  [[nodiscard]] Index dim() const { return means.rows(); }
  [[nodiscard]] Index components() const { return weights.size(); }
  [[nodiscard]] Index rank() const { return factors.empty() ? 0 : factors.front().cols(); }
  /// Throws `Error` where shapes disagree, weights do not sum to 1 (within 1e-6), a number is not
  /// finite or a variance is negative.
  void validate() const;
};

/// The same mixture with covariances `N x N`.
template <class T>
[[nodiscard]] GaussianMixture<T> dense(const FactorMixture<T>& prior);

/// The mean and covariance of the whole mixture.
template <class T>
[[nodiscard]] Gaussian<T> moments(const FactorMixture<T>& prior);

/// `P`: the average variance per entry about the mixture's mean.
template <class T>
[[nodiscard]] double average_variance(const FactorMixture<T>& prior);

/// Closed-form draws `first ... first + count - 1` of the seed's sequence, one a column.
template <class T>
[[nodiscard]] Matrix<T> draw(const FactorMixture<T>& prior, Index count, std::uint64_t seed,
                             Index first = 0);

/// `log w_k + log N(x_j; m_k, C_k + v I)`, K x n in nats. Throws `Error` where `C_k + v I` is
/// singular.
template <class T>
[[nodiscard]] Eigen::MatrixXd joint_log_density(const FactorMixture<T>& prior, ConstBatch<T> x,
                                                double noise_variance = 0.0, int threads = 1);

/// The log density in nats of every column of `x` under the prior plus noise.
template <class T>
[[nodiscard]] Eigen::VectorXd log_density(const FactorMixture<T>& prior, ConstBatch<T> x,
                                          double noise_variance = 0.0, int threads = 1);

/// Posterior weights `p(k | x_j)` of the components, K x n; columns sum to 1.
template <class T>
[[nodiscard]] Eigen::MatrixXd posterior_weights(const FactorMixture<T>& prior, ConstBatch<T> x,
                                                double noise_variance = 0.0, int threads = 1);

/// The number of free real parameters: weights, means, noise variances, and factors but for their
/// rotations, which change nothing.
template <class T>
[[nodiscard]] double parameter_count(const FactorMixture<T>& prior);

/// The Bayesian information criterion `-2 log L + p log n`; smaller is better.
template <class T>
[[nodiscard]] double bic(const FactorMixture<T>& prior, double log_likelihood, Index samples);

}  // namespace pellucid
