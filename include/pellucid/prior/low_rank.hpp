// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/prior/gaussian.hpp"

namespace pellucid {

/// A Gaussian prior on a subspace, the model of principal component analysis:
/// `C = U diag(lambda) U^H` with `k` orthonormal columns `U`, nothing outside it. It has no density
/// on the whole space, hence no `log_density`.
template <class T>
struct LowRank {
  Vector<T> mean;               ///< m, N entries
  Matrix<T> eigenvectors;       ///< U, N x k, orthonormal columns
  Eigen::VectorXd eigenvalues;  ///< lambda, k, descending, not negative

  [[nodiscard]] Index dim() const { return mean.size(); }
  [[nodiscard]] Index rank() const { return eigenvalues.size(); }
  void validate() const;
};

/// `P = sum lambda / N`.
template <class T>
[[nodiscard]] double average_variance(const LowRank<T>& prior);

/// Principal component analysis with `rank` components, through the `N x N` covariance or the
/// `n x n` Gram matrix, whichever is smaller, reading the samples once; where both are large
/// (`min(N, n)` at least 2000) and `rank` is small, without either, by a block Krylov method that
/// reads them block by block, about ten times, up to residuals `|C u - lambda u|` of
/// `1e-8 lambda_1`. Throws `Error` for a rank below 1 or above what `n` centred samples of
/// dimension `N` can carry, `min(N, n - 1)`. `power`, where given, receives the samples' average
/// variance per entry, all components counted.
template <class T>
[[nodiscard]] LowRank<T> fit_low_rank(const SampleSource<T>& clean, Index rank, int threads = 0,
                                      Monitor* monitor = nullptr, double* power = nullptr);

/// The leading `rank` eigenpairs of a Gaussian's covariance.
template <class T>
[[nodiscard]] LowRank<T> leading_components(const Gaussian<T>& prior, Index rank);

template <class T>
[[nodiscard]] Matrix<T> draw(const LowRank<T>& prior, Index count, std::uint64_t seed,
                             Index first = 0);

}  // namespace pellucid
