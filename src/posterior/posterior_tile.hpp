// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "base/real_parts.hpp"
#include "linalg/blas.hpp"
#include "linalg/diagonal_kernels.hpp"
#include "pellucid/base/random.hpp"
#include "posterior/posterior_parts.hpp"

namespace pellucid {

/// Posteriors of at most `Parts::batch` observations at a time: the algorithm's loop, with one
/// thread's buffers. `observe` comes first; the rest answers for the columns observed last.
template <class T>
class MixturePosterior<T>::Tile {
 public:
  explicit Tile(const Parts& parts);

  /// Rotates the columns of `y` into all components' bases and weighs the components.
  void observe(ConstBatch<T> y, Variances noise);

  /// p_k, K x b.
  [[nodiscard]] auto weights() const { return weights_.leftCols(samples_); }
  /// Log density of what `ObservationSpace` keeps, without its constant factor of pi, b numbers.
  [[nodiscard]] auto log_density() const { return log_density_.head(samples_); }

  void mean(Batch<T> out);
  /// The diagonal of the covariance, N x b, for the means that `mean` gave.
  void variance(ConstBatch<T> mean, Batch<double> out);
  void trace(ConstBatch<T> mean, Eigen::Ref<Eigen::VectorXd> out);
  void covariance_times(ConstBatch<T> mean, ConstBatch<T> v, Batch<T> out);
  /// One draw for every column; `first` numbers the first.
  void draw(const RandomStream& random, std::uint64_t first, Batch<T> out);
  /// Gradient with respect to what the space keeps of the whitened observation, r x b.
  void score(Batch<T> out);

 private:
  [[nodiscard]] double noise_of(Index j) const {
    return noise_[noise_.size() == 1 ? 0 : static_cast<std::size_t>(j)];
  }
  /// Where noise 0 leaves the least squares solution.
  [[nodiscard]] bool is_exact(Index j) const { return noise_of(j) == 0.0 && p_.has_inverse(); }
  void prepare(Index k, double noise);
  void prepare_for(Index k, Index j);
  void centre(Index k, Index j);
  [[nodiscard]] Index nearest(Index j);
  void gather(Index k);
  void gather(Index k, const std::vector<Index>& chosen);
  void means_of_gathered(Index k, Index coefficients);
  void solve_exact(Batch<T> out);
  const Eigen::VectorXd& variance_within(Index k, Index j);

  linalg::SingleThreadedBlas single_threaded_;
  const linalg::DiagonalKernels<RealOf<T>>& kernels_ = linalg::diagonal_kernels<RealOf<T>>();
  const Parts& p_;
  Variances noise_;
  Index samples_ = 0;
  Matrix<T> reduced_;        // y, reduced
  Matrix<T> rotated_;        // z_k of all components
  Eigen::MatrixXd weights_;  // log p_k, then p_k
  Eigen::VectorXd log_density_;
  Eigen::ArrayXd precision_;  // 1 / (l + s2), once per real part
  Vector<RealOf<T>> gain_;    // spread sqrt(l) / (l + s2)
  Eigen::ArrayXd remaining_;  // spread^2 s2 / (l + s2): variances left along the directions
  Eigen::VectorXd log_determinant_;
  std::vector<double> prepared_;  // the noise that a component is prepared for
  std::vector<double> within_for_;
  std::vector<Eigen::VectorXd> within_;  // diagonals of Cov_k, where asked for
  std::vector<Index> active_;            // samples gathered
  Matrix<T> coefficients_;               // along D_k, of the gathered samples
  Matrix<T> estimates_;                  // m_k + D_k coefficients
  Matrix<T> white_;                      // random numbers of draws
};

}  // namespace pellucid
