// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "pellucid/base/monitor.hpp"
#include "pellucid/posterior/linear_observation.hpp"
#include "pellucid/prior/gaussian.hpp"
#include "pellucid/prior/gaussian_mixture.hpp"
#include "pellucid/prior/low_rank.hpp"

namespace pellucid {

/// Mean and variance per entry of posteriors, one a column.
template <class T>
struct PosteriorMoments {
  Matrix<T> mean;              ///< `E[x | y]`, N x n
  Matrix<RealOf<T>> variance;  ///< diagonal of `Cov[x | y]`, N x n; of complex data both parts'
};

/// The exact posterior of a signal given linear observations `y = A x + n` (linear_observation.hpp)
/// under a Gaussian mixture; a Gaussian and a low-rank prior are mixtures of one. It is a mixture
/// itself. With the observed covariances `A C_k A^H = V_k diag(l_k) V_k^H`, white noise of variance
/// `s2` (coloured noise is whitened first), `c = 1/2` for real data and 1 for complex,
///
///     z_k     = V_k^H (y - A m_k)
///     log p_k = log w_k - c sum_i (|z_ki|^2 / (l_ki + s2) + log(l_ki + s2)) + const
///     mu_k    = m_k + D_k diag(sqrt(l_k) / (l_k + s2)) z_k
///     Cov_k   = D_k diag(s2 / (l_k + s2)) D_k^H
///
/// where `D_k D_k^H = C_k` and `A D_k = V_k diag(sqrt(l_k))`: the directions of `C_k` in the order
/// of what the observation says about them; `l = 0` for those it does not see. (The joint Gaussian
/// conditional, as in Kay 1993, Theorem 10.2, in the components' eigenbases.) Decompositions are
/// computed once, in double precision, and serve every noise level, also a different one per
/// sample. Rows of `A` beyond its rank (tall matrices, zero rows) are taken off first: what they
/// add is common to all components.
///
/// Products are in `T` - float, double or their complex types - quadratic forms, weights and
/// variances in double precision. Components whose weight is below 1e-7 / K (single) or 1e-16 / K
/// (double) take no part in the way back. Batches are cut into fixed tiles that `threads` threads
/// (0: all cores) share; results do not depend on `threads`. Const calls are safe from several
/// threads.
///
/// Noise 0 is the limit of vanishing noise: least squares where `A` has full column rank, else the
/// components' pseudo-inverses. Throws `Error` where there is no such limit (several components of
/// which one has no density of `A x`), for shapes that do not fit and covariances that are none;
/// `Stopped` when the monitor asks.
///
///     const MixturePosterior<float> posterior(prior, {.matrix = mask});
///     const double noise_variance = 0.01;
///     const PosteriorMoments<float> moments = posterior.moments(y, {&noise_variance, 1});
template <class T>
class MixturePosterior {
 public:
  using Observation = LinearObservation<Wide<T>>;
  /// One noise variance `s2` for all columns, or one for each.
  using Variances = std::span<const double>;

  explicit MixturePosterior(const GaussianMixture<Wide<T>>& prior,
                            const Observation& observation = {}, int threads = 0);
  explicit MixturePosterior(const Gaussian<Wide<T>>& prior, const Observation& observation = {});
  explicit MixturePosterior(const LowRank<Wide<T>>& prior, const Observation& observation = {});
  MixturePosterior(MixturePosterior&&) noexcept;
  MixturePosterior& operator=(MixturePosterior&&) noexcept;
  ~MixturePosterior();

  [[nodiscard]] Index dim() const;         ///< N, entries of a signal
  [[nodiscard]] Index observed() const;    ///< M, entries of an observation
  [[nodiscard]] Index components() const;  ///< K
  /// Columns of a tile. Batches cut at its multiples give the same bits as one.
  [[nodiscard]] Index batch() const;

  /// `E[x | y]`, N x n, for the columns of `y` (M x n).
  [[nodiscard]] Matrix<T> mean(ConstBatch<T> y, Variances noise, int threads = 0,
                               Monitor* monitor = nullptr) const;

  /// The mean, and the diagonal of `Cov[x | y] = sum_k p_k (Cov_k + (mu_k - mean)(mu_k - mean)^H)`.
  [[nodiscard]] PosteriorMoments<T> moments(ConstBatch<T> y, Variances noise, int threads = 0,
                                            Monitor* monitor = nullptr) const;
  /// The diagonal alone, N x n.
  [[nodiscard]] Matrix<RealOf<T>> variance(ConstBatch<T> y, Variances noise, int threads = 0,
                                           Monitor* monitor = nullptr) const;
  /// `tr Cov[x | y]`, n numbers; their average is the minimum mean square error.
  [[nodiscard]] Eigen::VectorXd trace(ConstBatch<T> y, Variances noise, int threads = 0,
                                      Monitor* monitor = nullptr) const;

  /// `Cov[x | y_j] v_j` for the columns of `v` (N x n), without forming the matrix.
  [[nodiscard]] Matrix<T> covariance_times(ConstBatch<T> y, ConstBatch<T> v, Variances noise,
                                           int threads = 0, Monitor* monitor = nullptr) const;

  /// `count` independent draws of `x` given each column of `y`, N x (n count): those of one column
  /// side by side. `first` numbers the first column for the random numbers, which depend on (seed,
  /// number of the column, draw) alone.
  [[nodiscard]] Matrix<T> draw(ConstBatch<T> y, Variances noise, Index count, std::uint64_t seed,
                               std::uint64_t first = 0, int threads = 0,
                               Monitor* monitor = nullptr) const;

  /// Log density of `y` in nats. Throws `Error` where `y` has none.
  [[nodiscard]] Eigen::VectorXd log_density(ConstBatch<T> y, Variances noise, int threads = 0,
                                            Monitor* monitor = nullptr) const;
  /// The gradient of the log density of `y`, M x n; of complex data the Wirtinger one with respect
  /// to `conj(y)`, half the real gradient.
  [[nodiscard]] Matrix<T> score(ConstBatch<T> y, Variances noise, int threads = 0,
                                Monitor* monitor = nullptr) const;

  /// The components' posterior weights `p_k`, K x n; columns sum to 1.
  [[nodiscard]] Eigen::MatrixXd weights(ConstBatch<T> y, Variances noise, int threads = 0,
                                        Monitor* monitor = nullptr) const;

 private:
  struct Parts;
  class Tile;
  enum class Asked { signal, weights, density };

  void check(ConstBatch<T> y, Variances noise, Asked asked) const;
  [[nodiscard]] Matrix<Wide<T>> residual_of(ConstBatch<T> y) const;

  template <class Body>
  void for_each_tile(ConstBatch<T> y, Variances noise, int threads, Monitor* monitor,
                     const Body& body) const;

  std::unique_ptr<const Parts> parts_;
};

}  // namespace pellucid
