// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/denoiser/denoiser.hpp"
#include "pellucid/prior/weight_cutoff.hpp"

namespace pellucid {

/// The exact conditional mean of a mixture, with what else its posterior knows; the same for every
/// structure of the covariances. Components whose posterior weight is below a cutoff take no part
/// in means and variances. Calls throw `Error` for shapes that do not fit.
template <class T>
class ExactDenoiser : public Denoiser<T> {
 public:
  /// K; 1 for a Gaussian.
  [[nodiscard]] virtual Index components() const = 0;

  /// The conditional mean as `denoise` gives it, and the trace of the posterior covariance,
  /// `tr Cov[x0 | x_t] = sum_k p_k (tr Cov_k + |mu_k - mean|^2)`, one number a column; its average
  /// is the minimum mean square error.
  virtual void posterior(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> mean,
                         Eigen::Ref<Eigen::VectorXd> variance,
                         typename Denoiser<T>::Workspace& work) const = 0;

  /// The components' posterior weights, K x b.
  virtual void posterior_weights(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                 Eigen::Ref<Eigen::MatrixXd> weights,
                                 typename Denoiser<T>::Workspace& work) const = 0;

  /// The posterior weight below which a component is left out: 1e-7 / K in single precision, 1e-16
  /// / K in double.
  [[nodiscard]] double weight_cutoff() const { return pellucid::weight_cutoff<T>(components()); }
};

}  // namespace pellucid
