// SPDX-License-Identifier: BSD-3-Clause
#include "denoiser/mixture_bases.hpp"

#include <cmath>

namespace pellucid {

namespace {

using linalg::block_rows;
using linalg::packed_at;

// Position of the i-th eigenvector in the order "largest, smallest, second largest, ...".
Index from_both_ends(Index i, Index rank) { return i % 2 == 0 ? rank - 1 - i / 2 : i / 2; }

}  // namespace

template <class Real>
MixtureBases<Real>::MixtureBases(Index dim, Index rank, Index components, double factor)
    : energy_factor(factor),
      log_weights(components),
      mean_squares(components),
      dim_(dim),
      rank_(rank) {
  eigenvalues.setZero(padded_rank(), components);
  real_eigenvalues.setZero(padded_rank(), components);
  means.setZero(padded_dim(), components);
  rotated_means.setZero(padded_rank(), components);
  forward_.setZero(components * padded_rank() * dim);
  back_.setZero(components * padded_dim() * padded_rank());
  packed_means_.setZero(linalg::padded(components, block_rows) * dim);
}

template <class Real>
void MixtureBases<Real>::set(Index k, double weight, const Eigen::VectorXd& mean,
                             const Eigen::MatrixXd& basis, const Eigen::VectorXd& values) {
  log_weights(k) = std::log(weight);
  mean_squares(k) = mean.squaredNorm();
  means.col(k).head(dim_) = mean.cast<Real>();
  const Eigen::VectorXd rotated = basis.transpose() * mean;
  Real* forward = forward_.data() + k * padded_rank() * dim_;
  Real* back = back_.data() + k * padded_dim() * padded_rank();
  for (Index i = 0; i < rank_; ++i) {
    const Index from = from_both_ends(i, rank_);
    // Rounding leaves eigenvalues of a singular covariance slightly below zero.
    eigenvalues(i, k) = std::max(0.0, values(from));
    real_eigenvalues(i, k) = static_cast<Real>(eigenvalues(i, k));
    rotated_means(i, k) = static_cast<Real>(rotated(from));
    for (Index c = 0; c < dim_; ++c) {
      const auto entry = static_cast<Real>(basis(c, from));
      forward[packed_at(i, c, dim_)] = entry;
      back[packed_at(c, i, padded_rank())] = entry;
    }
  }
  for (Index c = 0; c < dim_; ++c) packed_means_(packed_at(k, c, dim_)) = means(c, k);
}

template class MixtureBases<float>;
template class MixtureBases<double>;

}  // namespace pellucid
