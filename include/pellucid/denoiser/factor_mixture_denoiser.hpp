// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/denoiser/exact_denoiser.hpp"
#include "pellucid/prior/factor_mixture.hpp"

namespace pellucid {

/// The exact conditional mean under a mixture of factor analysers, `C_k = W_k W_k^H + diag(d_k)`:
/// with `g = sqrt(abar)`, `v = 1 - abar`, `e_k = abar d_k + v`, `M_k = I + abar W_k^H diag(1/e_k)
/// W_k` and the factors' mean `u_k = g M_k^-1 W_k^H diag(1/e_k) (x_t - g m_k)`,
///
///     r_k     = x_t - g m_k - g W_k u_k
///     log p_k = log w_k - c (sum |r_k|^2 / e_k + |u_k|^2 + sum log e_k + log det M_k) + const
///     E[x0 | x_t] = sum_k p_k (m_k + W_k u_k + (g d_k / e_k) r_k),   c = 1/2 real, 1 complex
///
/// at the cost of `N r K` a sample (Woodbury's identity); what depends on the level alone, `N r^2
/// K`, is kept in the workspace until another level comes. Products are in `T`; quadratic forms and
/// weights in double precision.
template <class T>
class FactorMixtureDenoiser final : public ExactDenoiser<T> {
 public:
  /// Throws `Error` for a prior that is not valid.
  explicit FactorMixtureDenoiser(const FactorMixture<Wide<T>>& prior);
  ~FactorMixtureDenoiser() override;

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
  void explain(Index k, double scale, Index samples, Buffers& work) const;
  [[nodiscard]] double energy(Index k, Index j, const Buffers& work) const;
  [[nodiscard]] Index nearest(ConstBatch<T> x_t, Buffers& work) const;
  template <class Use>
  void weigh_all(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Buffers& work,
                 const Use& use) const;
  void gather(Index k, Index first, ConstBatch<T> x_t, Buffers& work) const;
  void component_means(Index k, Buffers& work) const;
  void means(Index first, ConstBatch<T> x_t, Batch<T> x0, Buffers& work) const;
  void variances(Index first, ConstBatch<T> x_t, ConstBatch<T> x0,
                 Eigen::Ref<Eigen::VectorXd> variance, Buffers& work) const;
  void keep_clean(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0) const;

  std::unique_ptr<const Prior> prior_;
};

}  // namespace pellucid
