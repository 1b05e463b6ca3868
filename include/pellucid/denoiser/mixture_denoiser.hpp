// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/denoiser/exact_denoiser.hpp"
#include "pellucid/prior/gaussian.hpp"
#include "pellucid/prior/gaussian_mixture.hpp"
#include "pellucid/prior/low_rank.hpp"

namespace pellucid {

template <class Real>
class MixtureBases;
template <class Real>
class MixtureEngine;

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
/// sample. Products are in `T`; quadratic forms, log-determinants and weights in double precision.
///
/// Components whose weight is below `weight_cutoff()`, proved by a bound where it is not computed,
/// take no part: the error is at most the skipped weight, K times the cutoff, times the spread of
/// the components' means. How a batch is computed - a screen of every component, exact weights for
/// those that may count, and the way back for those that do; or all components there and back - is
/// chosen by a cost model from the batch alone (docs/mathematics.md). Constructors throw `Error`
/// for a covariance with a negative eigenvalue, `denoise` and its kin for shapes that do not fit.
template <class T>
class MixtureDenoiser final : public ExactDenoiser<T> {
 public:
  explicit MixtureDenoiser(const GaussianMixture<Wide<T>>& prior, int threads = 0);
  explicit MixtureDenoiser(const Gaussian<Wide<T>>& prior);
  explicit MixtureDenoiser(const LowRank<Wide<T>>& prior);
  /// A mixture whose components' eigenpairs are known, as many of each.
  MixtureDenoiser(const Eigen::VectorXd& weights, const std::vector<LowRank<Wide<T>>>& components);

  MixtureDenoiser(MixtureDenoiser&&) noexcept;
  MixtureDenoiser& operator=(MixtureDenoiser&&) noexcept;
  ~MixtureDenoiser() override;

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
  struct Buffers;

  [[nodiscard]] MixtureEngine<RealOf<T>> load(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                              typename Denoiser<T>::Workspace& work) const;
  void set(Index k, double weight, const Vector<Wide<T>>& mean, const Matrix<Wide<T>>& basis,
           const Eigen::VectorXd& eigenvalues);

  std::unique_ptr<MixtureBases<RealOf<T>>> bases_;
};

}  // namespace pellucid
