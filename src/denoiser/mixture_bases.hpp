// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "linalg/tile_kernels.hpp"
#include "pellucid/base/types.hpp"

namespace pellucid {

/// What the exact denoiser of a mixture keeps, all of it independent of the noise level: the
/// components' eigenbases packed for the kernels, forward (`z = U^T x`) and back (`x = U z`), with
/// eigenvalues and means. Real numbers only: a complex sample is a real one of twice the length, a
/// complex eigenvector two real ones of the same eigenvalue.
///
/// Eigenvectors are ordered from both ends of the spectrum inwards: the smallest eigenvalues tell
/// components apart at high SNR, and once the largest are gone, what remains of a sample's energy
/// is known well from its length alone (see `screen.cpp`).
template <class Real>
class MixtureBases {
 public:
  /// Room for `components` of `dim` real numbers with `rank` real eigenvectors each.
  MixtureBases(Index dim, Index rank, Index components, double energy_factor);

  /// Component `k`: `basis` has `rank` orthonormal columns, `eigenvalues` (ascending) belong to
  /// them. Different components may be set at the same time.
  void set(Index k, double weight, const Eigen::VectorXd& mean, const Eigen::MatrixXd& basis,
           const Eigen::VectorXd& eigenvalues);

  [[nodiscard]] Index dim() const { return dim_; }
  [[nodiscard]] Index rank() const { return rank_; }
  [[nodiscard]] Index components() const { return log_weights.size(); }
  [[nodiscard]] Index padded_dim() const { return linalg::padded(dim_, linalg::block_rows); }
  [[nodiscard]] Index padded_rank() const { return linalg::padded(rank_, linalg::block_rows); }

  [[nodiscard]] linalg::PackedRows<Real> forward(Index k) const {
    return {forward_.data() + k * padded_rank() * dim_, padded_rank(), dim_};
  }
  [[nodiscard]] linalg::PackedRows<Real> back(Index k) const {
    return {back_.data() + k * padded_dim() * padded_rank(), padded_dim(), padded_rank()};
  }
  [[nodiscard]] linalg::PackedRows<Real> packed_means() const {
    return {packed_means_.data(), linalg::padded(components(), linalg::block_rows), dim_};
  }

  double energy_factor;           ///< of `z^T S^-1 z` in a log density: 1/2 real, 1 complex
  Eigen::VectorXd log_weights;    ///< K
  Eigen::MatrixXd eigenvalues;    ///< padded rank x K, not negative; 0 beyond the rank
  Matrix<Real> real_eigenvalues;  ///< the same, in the samples' arithmetic
  Matrix<Real> means;             ///< padded dim x K
  Matrix<Real> rotated_means;     ///< U^T m, padded rank x K
  Eigen::VectorXd mean_squares;   ///< |m|^2, K

  /// The average eigenvalue over components and directions.
  [[nodiscard]] double mean_variance() const {
    return eigenvalues.sum() / static_cast<double>(components() * dim_);
  }

 private:
  Index dim_, rank_;
  Vector<Real> forward_, back_, packed_means_;
};

}  // namespace pellucid
