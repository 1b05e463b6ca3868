// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/denoiser/exact_denoiser.hpp"
#include "pellucid/prior/diagonal_mixture.hpp"

namespace pellucid {

/// The exact conditional mean under a mixture whose covariances share one eigenbasis `Q`: with
/// `z = Q^H x_t`, `u_k = Q^H m_k`, `g = sqrt(abar)` and `s_k = abar v_k + 1 - abar`,
///
///     log p_k = log w_k - c sum_i (|z_i - g u_ki|^2 / s_ki + log s_ki) + const
///     E[x0 | x_t] = Q sum_k p_k (u_k + (g v_k / s_k) (z - g u_k)),   c = 1/2 real, 1 complex
///
/// One transform there and one back a sample, and `N K` numbers between: a Fourier basis makes
/// `N (K + log N)` of the `N^2 K` that full covariances cost. Sums are formed in `T`; quadratic
/// forms, log-determinants and weights in double precision.
template <class T>
class DiagonalMixtureDenoiser final : public ExactDenoiser<T> {
 public:
  /// Throws `Error` for a prior that is not valid.
  explicit DiagonalMixtureDenoiser(const DiagonalMixture<Wide<T>>& prior);
  ~DiagonalMixtureDenoiser() override;

  [[nodiscard]] Index dim() const override;
  [[nodiscard]] Index components() const override;
  [[nodiscard]] Index batch() const override;
  [[nodiscard]] std::unique_ptr<typename Denoiser<T>::Workspace> workspace() const override;

  void denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
               typename Denoiser<T>::Workspace& work) const override;
  void posterior(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> mean,
                 Eigen::Ref<Eigen::VectorXd> variance,
                 typename Denoiser<T>::Workspace& work) const override;
  void posterior_weights(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                         Eigen::Ref<Eigen::MatrixXd> weights,
                         typename Denoiser<T>::Workspace& work) const override;

 private:
  struct Prior;
  struct Buffers;

  void prepare(const NoiseLevel& level, Buffers& work) const;
  void weigh(Index j, Buffers& work) const;
  template <class Use>
  void weigh_all(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Buffers& work,
                 const Use& use) const;
  [[nodiscard]] Index nearest(Index j, const Buffers& work) const;
  void mean_of(Index j, Buffers& work) const;
  [[nodiscard]] double variance_of(Index j, const NoiseLevel& level, Buffers& work) const;
  void rotate_back(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
                   const Buffers& work) const;

  std::unique_ptr<const Prior> prior_;
};

}  // namespace pellucid
