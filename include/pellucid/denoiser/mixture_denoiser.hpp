// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/denoiser/denoiser.hpp"
#include "pellucid/prior/gaussian.hpp"
#include "pellucid/prior/gaussian_mixture.hpp"
#include "pellucid/prior/low_rank.hpp"

namespace pellucid {

/// The exact conditional mean under a Gaussian mixture; a Gaussian and a low-rank prior are
/// mixtures of one. With `C_k = U_k diag(l_k) U_k^H`, `g = sqrt(abar)`, `s_k = abar l_k + 1 -
/// abar`:
///
///     z_k    = U_k^H (x_t - g m_k)
///     log p_k = log w_k - c sum_i (|z_ki|^2 / s_ki + log s_ki) + const,  c = 1/2 real, 1 complex
///     E[x0 | x_t] = sum_k p_k (m_k + U_k (g l_k / s_k) z_k)
///
/// (Fesl et al., arXiv 2403.02957, eq. for the conditional mean of a mixture.) Eigenbases are
/// computed once in double precision and serve every noise level, also a different one per sample.
/// Products are in `T`; quadratic forms, log-determinants and weights in double precision.
/// Components whose weight is below `weight_cutoff()` take no part in the second product: the error
/// is at most the skipped weight, K times the cutoff, times the spread of the components' means.
template <class T>
class MixtureDenoiser final : public Denoiser<T> {
 public:
  explicit MixtureDenoiser(const GaussianMixture<Wide<T>>& prior, int threads = 0);
  explicit MixtureDenoiser(const Gaussian<Wide<T>>& prior);
  explicit MixtureDenoiser(const LowRank<Wide<T>>& prior);

  [[nodiscard]] Index dim() const override { return dim_; }
  [[nodiscard]] Index components() const { return static_cast<Index>(components_.size()); }
  [[nodiscard]] Index batch() const override { return batch_; }
  [[nodiscard]] std::unique_ptr<typename Denoiser<T>::Workspace> workspace() const override;

  void denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
               typename Denoiser<T>::Workspace& work) const override;

  /// The conditional mean as `denoise` gives it, and the trace of the posterior covariance,
  /// `tr Cov[x0 | x_t] = sum_k p_k (tr Cov_k + |mu_k - mean|^2)`, one number a column; its average
  /// is the minimum mean square error.
  void posterior(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> mean,
                 Eigen::Ref<Eigen::VectorXd> variance, typename Denoiser<T>::Workspace& work) const;

  /// The components' posterior weights, K x b.
  void posterior_weights(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                         Eigen::Ref<Eigen::MatrixXd> weights,
                         typename Denoiser<T>::Workspace& work) const;

  [[nodiscard]] double weight_cutoff() const;

 private:
  struct Component {
    double log_weight = 0.0;
    Vector<T> mean;
    Matrix<T> basis;              // U, N x r, orthonormal columns
    Eigen::VectorXd eigenvalues;  // l, r, not negative
  };
  struct Buffers;

  static Component decompose(double weight, const Vector<Wide<T>>& mean,
                             const Matrix<Wide<T>>& covariance);
  void choose_batch();
  void rotate(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Buffers& work) const;
  void normalise_weights(Buffers& work, Index samples) const;
  void component_means(std::size_t k, std::span<const NoiseLevel> levels, Buffers& work,
                       Index samples) const;

  Index dim_ = 0;
  Index rank_ = 0;  // largest over components
  Index batch_ = 1;
  std::vector<Component> components_;
};

}  // namespace pellucid
