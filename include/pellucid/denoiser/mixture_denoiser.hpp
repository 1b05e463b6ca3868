// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/denoiser/exact_denoiser.hpp"
#include "pellucid/prior/gaussian.hpp"
#include "pellucid/prior/gaussian_mixture.hpp"
#include "pellucid/prior/low_rank.hpp"

namespace pellucid {

/// The exact conditional mean under a Gaussian mixture; a Gaussian and a low-rank prior are
/// mixtures of one. With `C_k = U_k diag(l_k) U_k^H`, `g = sqrt(abar)`, `s_k = abar l_k + 1 -
/// abar`:
///
///     z_k     = U_k^H x_t - g U_k^H m_k
///     log p_k = log w_k - c sum_i (|z_ki|^2 / s_ki + log s_ki) + const,  c = 1/2 real, 1 complex
///     E[x0 | x_t] = sum_k p_k (m_k + U_k (g l_k / s_k) z_k)
///
/// (the conditional mean of Fesl et al., arXiv 2403.02957, in the components' eigenbases.) Bases
/// are computed once in double precision and serve every noise level, also a different one per
/// sample; one matrix product rotates a batch into all of them. Products are in `T`; quadratic
/// forms, log-determinants and weights in double precision. Components whose weight is below
/// `weight_cutoff()` take no part in the way back: the error is at most the skipped weight, K times
/// the cutoff, times the spread of the components' means. Constructors throw `Error` for a
/// covariance with a negative eigenvalue, `denoise` and its kin for shapes that do not fit.
template <class T>
class MixtureDenoiser final : public ExactDenoiser<T> {
 public:
  explicit MixtureDenoiser(const GaussianMixture<Wide<T>>& prior, int threads = 0);
  explicit MixtureDenoiser(const Gaussian<Wide<T>>& prior);
  explicit MixtureDenoiser(const LowRank<Wide<T>>& prior);

  [[nodiscard]] Index dim() const override { return dim_; }
  [[nodiscard]] Index components() const override { return static_cast<Index>(components_.size()); }
  [[nodiscard]] Index batch() const override { return batch_; }
  [[nodiscard]] std::unique_ptr<typename Denoiser<T>::Workspace> workspace() const override;

  void denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
               typename Denoiser<T>::Workspace& work) const override;

  void posterior(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> mean,
                 Eigen::Ref<Eigen::VectorXd> variance,
                 typename Denoiser<T>::Workspace& work) const override;

  void posterior_weights(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                         Eigen::Ref<Eigen::MatrixXd> weights,
                         typename Denoiser<T>::Workspace& work) const override;

  [[nodiscard]] double weight_cutoff() const override;

 private:
  struct Component {
    double log_weight = 0.0;
    Vector<T> mean;
    Index first = 0;  // of its columns in `bases_`
    Index rank = 0;   // number of its eigenvectors
  };
  struct Buffers;

  void reserve(Index total_rank);
  void add(double weight, const Vector<Wide<T>>& mean, const Matrix<Wide<T>>& basis,
           const Eigen::VectorXd& eigenvalues);
  void finish();
  void prepare(const NoiseLevel& level, Buffers& work) const;
  void rotate(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Buffers& work) const;
  void centre(Index k, Index j, const NoiseLevel& level, Buffers& work) const;
  void weigh_far_observation(Index j, Buffers& work) const;
  void normalise_weights(Buffers& work, Index samples) const;
  void component_means(Index k, std::span<const NoiseLevel> levels, Buffers& work,
                       Index samples) const;

  Index dim_ = 0;
  Index rank_ = 0;  // largest over components
  Index batch_ = 1;
  std::vector<Component> components_;
  Matrix<T> bases_;              // U of all components side by side, N x R
  Vector<T> rotated_means_;      // U_k^H m_k of all components, R
  Eigen::VectorXd eigenvalues_;  // l of all components, R, not negative
};

}  // namespace pellucid
