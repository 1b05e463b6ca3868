// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/prior/covariance_type.hpp"
#include "pellucid/prior/gaussian_mixture.hpp"

namespace pellucid {

/// A mixture whose covariances share one eigenbasis, `C_k = Q diag(v_k) Q^H`. `covariance` says
/// which: `diag` and `spherical` have the identity, `tied` has `eigenvectors`, `circulant` and
/// `block_circulant` the orthonormal Fourier transform over `blocks` (`Q^H` is the forward one).
/// A real circulant matrix is symmetric and its eigenvalues at bins `i` and `-i` are equal; its
/// real eigenbasis is Hartley's, `cos + sin`, in which entry `i` has the eigenvalue of bin `i`
/// (Bracewell, The Hartley Transform, 1986).
template <class T>
struct DiagonalMixture {
  CovarianceType covariance = CovarianceType::diag;
  std::vector<Index> blocks;  ///< {N} circulant, {n1, n2} block_circulant, else empty
  Matrix<T> eigenvectors;     ///< Q, N x N, unitary; `tied` alone
  Eigen::VectorXd weights;    ///< w, K, not negative, summing to 1
  Matrix<T> means;            ///< m_k, N x K, in the signal's own space
  Eigen::MatrixXd variances;  ///< v_k, N x K, not negative: eigenvalues, by DFT bin (C order)

  [[nodiscard]] Index dim() const { return means.rows(); }
  [[nodiscard]] Index components() const { return weights.size(); }
  /// Throws `Error` where shapes disagree, weights do not sum to 1, a number is not finite, a
  /// variance is negative or what `covariance` says does not hold (within 1e-6).
  void validate() const;
};

/// The mixture whose components all have `covariance`, N x N. Throws `Error` unless it is Hermitian
/// and positive semi-definite (within 1e-6).
template <class T>
[[nodiscard]] DiagonalMixture<T> tied_mixture(Eigen::VectorXd weights, Matrix<T> means,
                                              Matrix<T> covariance);

/// The covariance of component `k`, N x N.
template <class T>
[[nodiscard]] Matrix<T> component_covariance(const DiagonalMixture<T>& prior, Index k);

/// The same mixture with covariances `N x N`.
template <class T>
[[nodiscard]] GaussianMixture<T> dense(const DiagonalMixture<T>& prior);

/// The mean and covariance of the whole mixture.
template <class T>
[[nodiscard]] Gaussian<T> moments(const DiagonalMixture<T>& prior);

/// `P`: the average variance per entry about the mixture's mean.
template <class T>
[[nodiscard]] double average_variance(const DiagonalMixture<T>& prior);

/// Closed-form draws `first ... first + count - 1` of the seed's sequence, one a column.
template <class T>
[[nodiscard]] Matrix<T> draw(const DiagonalMixture<T>& prior, Index count, std::uint64_t seed,
                             Index first = 0);

/// `log w_k + log N(x_j; m_k, C_k + v I)`, K x n in nats. Throws `Error` where `C_k + v I` is
/// singular.
template <class T>
[[nodiscard]] Eigen::MatrixXd joint_log_density(const DiagonalMixture<T>& prior, ConstBatch<T> x,
                                                double noise_variance = 0.0, int threads = 1);

/// The log density in nats of every column of `x` under the prior plus noise.
template <class T>
[[nodiscard]] Eigen::VectorXd log_density(const DiagonalMixture<T>& prior, ConstBatch<T> x,
                                          double noise_variance = 0.0, int threads = 1);

/// Posterior weights `p(k | x_j)` of the components, K x n; columns sum to 1.
template <class T>
[[nodiscard]] Eigen::MatrixXd posterior_weights(const DiagonalMixture<T>& prior, ConstBatch<T> x,
                                                double noise_variance = 0.0, int threads = 1);

/// The number of free real parameters: weights, means, and the variances that may differ (one
/// covariance in all where it is tied).
template <class T>
[[nodiscard]] double parameter_count(const DiagonalMixture<T>& prior);

/// The Bayesian information criterion `-2 log L + p log n`; smaller is better.
template <class T>
[[nodiscard]] double bic(const DiagonalMixture<T>& prior, double log_likelihood, Index samples);

}  // namespace pellucid
