// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/denoiser/factor_mixture_denoiser.hpp"

#include <algorithm>
#include <cmath>

#include "denoiser/batch.hpp"
#include "linalg/blas.hpp"
#include "prior/factored_covariance.hpp"
#include "prior/normal_density.hpp"
#include "prior/posterior_weights.hpp"

namespace pellucid {

namespace {

// Samples per call, as long as a thread's samples stay within this many bytes.
constexpr Index most_samples = 128;
constexpr double most_bytes = 8e6;

// The least variance that is divided by: an observation off a singular component is far off it.
constexpr double least_variance = 1e-30;

}  // namespace

template <class T>
struct FactorMixtureDenoiser<T>::Prior {
  explicit Prior(const FactorMixture<Wide<T>>& prior)
      : wide(prior),
        log_weights(prior.weights.array().log()),
        means(prior.means.template cast<T>()) {
    for (const auto& w : prior.factors) factors.push_back(w.template cast<T>());
    const double bytes = 4.0 * static_cast<double>(prior.dim() * Index{sizeof(T)});
    batch = std::clamp(static_cast<Index>(most_bytes / bytes), Index{8}, most_samples);
  }

  FactorMixture<Wide<T>> wide;
  Eigen::VectorXd log_weights;
  Matrix<T> means;                 // m_k, N x K
  std::vector<Matrix<T>> factors;  // W_k, N x r
  Index batch = 1;
};

template <class T>
struct FactorMixtureDenoiser<T>::Buffers final : Denoiser<T>::Workspace {
  using Real = RealOf<T>;
  Buffers(Index dim, Index rank, Index components, Index batch)
      : gathered(dim, batch),
        centred(dim, batch),
        explained(dim, batch),
        factors(rank, batch),
        weights(components, batch),
        gains(static_cast<std::size_t>(components), Matrix<T>(rank, dim)),
        precision(dim, components),
        filter(dim, components),
        log_determinant(components),
        trace(components),
        active(static_cast<std::size_t>(batch)) {}

  linalg::SingleThreadedBlas single_threaded;
  Matrix<T> gathered;               // the samples in hand
  Matrix<T> centred;                // x_t - g m_k
  Matrix<T> explained;              // W_k u_k
  Matrix<T> factors;                // u_k
  Eigen::MatrixXd weights;          // log p_k, then p_k
  NoiseLevel level{-1, -1};         // prepared last: what follows depends on it alone
  Real gain = 1;                    // g
  std::vector<Matrix<T>> gains;     // g M_k^-1 W_k^H diag(1/e_k), r x N
  Eigen::MatrixXd precision;        // 1 / e_k
  Matrix<Real> filter;              // g d_k / e_k
  Eigen::VectorXd log_determinant;  // sum log e_k + log det M_k
  Eigen::VectorXd trace;            // of the component's posterior covariance
  std::vector<Index> active;        // samples where the component in hand has weight
  Index active_count = 0;
};

template <class T>
FactorMixtureDenoiser<T>::FactorMixtureDenoiser(const FactorMixture<Wide<T>>& prior) {
  prior.validate();
  prior_ = std::make_unique<const Prior>(prior);
}

template <class T>
FactorMixtureDenoiser<T>::~FactorMixtureDenoiser() = default;

template <class T>
Index FactorMixtureDenoiser<T>::dim() const {
  return prior_->means.rows();
}
template <class T>
Index FactorMixtureDenoiser<T>::components() const {
  return prior_->means.cols();
}
template <class T>
Index FactorMixtureDenoiser<T>::batch() const {
  return prior_->batch;
}
template <class T>
auto FactorMixtureDenoiser<T>::workspace() const
    -> std::unique_ptr<typename Denoiser<T>::Workspace> {
  return std::make_unique<Buffers>(dim(), prior_->wide.rank(), components(), batch());
}

// What depends on the noise level alone. The posterior covariance of a component is
// diag(v d / e) + (v/e) W M^-1 W^H (v/e).
template <class T>
void FactorMixtureDenoiser<T>::prepare(const NoiseLevel& level, Buffers& work) const {
  if (level.alpha_bar == work.level.alpha_bar && level.noise == work.level.noise) return;
  const double g = std::sqrt(level.alpha_bar);
  work.level = level;
  work.gain = static_cast<RealOf<T>>(g);
  for (Index k = 0; k < components(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    const Eigen::VectorXd d = prior_->wide.noise_variances.col(k);
    const Eigen::VectorXd e =
        (level.alpha_bar * d.array() + level.noise).max(least_variance).matrix();
    const FactoredCovariance<Wide<T>> solver(Wide<T>(g) * prior_->wide.factors[at], e);
    work.gains[at] = solver.gain().template cast<T>();
    work.precision.col(k) = e.cwiseInverse();
    work.filter.col(k) = (g * d.array() / e.array()).template cast<RealOf<T>>();
    work.log_determinant(k) = solver.log_det();
    const double factors = g > 0 ? solver.whitened().squaredNorm() / level.alpha_bar : 0.0;
    work.trace(k) =
        (level.noise * d.array() / e.array()).sum() + level.noise * level.noise * factors;
    if (g == 0) work.trace(k) += prior_->wide.factors[at].squaredNorm();
  }
}

// Of the first samples of `gathered` times `scale`: their difference from the component's mean, the
// factors that explain it, and what they explain.
template <class T>
void FactorMixtureDenoiser<T>::explain(Index k, double scale, Index samples, Buffers& work) const {
  const auto at = static_cast<std::size_t>(k);
  const auto s = static_cast<RealOf<T>>(scale);
  auto centred = work.centred.leftCols(samples);
  centred = s * work.gathered.leftCols(samples);
  centred.colwise() -= (s * work.gain) * prior_->means.col(k);
  linalg::multiply<T>(linalg::Op::none, T(1), work.gains[at], centred, T(0),
                      work.factors.leftCols(samples));
  linalg::multiply<T>(linalg::Op::none, T(1), prior_->factors[at], work.factors.leftCols(samples),
                      T(0), work.explained.leftCols(samples));
}

template <class T>
double FactorMixtureDenoiser<T>::energy(Index k, Index j, const Buffers& work) const {
  const auto residual = work.centred.col(j) - work.gain * work.explained.col(j);
  return residual.template cast<Wide<T>>().cwiseAbs2().dot(work.precision.col(k)) +
         work.factors.col(j).template cast<Wide<T>>().squaredNorm();
}

// The component that outweighs all others where an observation's squares overflow.
template <class T>
Index FactorMixtureDenoiser<T>::nearest(ConstBatch<T> x_t, Buffers& work) const {
  const auto size = static_cast<double>(x_t.cwiseAbs().maxCoeff());
  work.gathered.col(0) = x_t;
  return nearest_component(prior_->log_weights, [&](Index k) {
    explain(k, 1 / size, 1, work);
    return energy(k, 0, work);
  });
}

// Weights of every column, run by run of columns of one level; then `use(first, count)` of the run.
template <class T>
template <class Use>
void FactorMixtureDenoiser<T>::weigh_all(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                         Buffers& work, const Use& use) const {
  const Index samples = x_t.cols();
  check_batch(dim(), batch(), x_t.rows(), samples, static_cast<Index>(levels.size()));
  const Index step = levels.size() == 1 ? std::max<Index>(1, samples) : 1;
  for (Index first = 0; first < samples; first += step) {
    prepare(level_of(levels, first), work);
    work.gathered.leftCols(step) = x_t.middleCols(first, step);
    for (Index k = 0; components() > 1 && k < components(); ++k) {
      explain(k, 1.0, step, work);
      for (Index j = 0; j < step; ++j) {
        work.weights(k, first + j) =
            prior_->log_weights(k) -
            quadratic_weight<T> * (energy(k, j, work) + work.log_determinant(k));
      }
    }
    for (Index j = first; j < first + step; ++j) {
      if (components() == 1) {
        work.weights(0, j) = 1.0;
      } else {
        weights_above(this->weight_cutoff(), work.weights.col(j),
                      [&] { return nearest(x_t.col(j), work); });
      }
    }
    use(first, step);
  }
}

// The samples where component k has weight, and what explains them.
template <class T>
void FactorMixtureDenoiser<T>::gather(Index k, Index first, ConstBatch<T> x_t,
                                      Buffers& work) const {
  work.active_count = 0;
  for (Index j = 0; j < x_t.cols(); ++j) {
    if (work.weights(k, first + j) == 0.0) continue;
    work.gathered.col(work.active_count) = x_t.col(j);
    work.active[static_cast<std::size_t>(work.active_count++)] = j;
  }
  if (work.active_count > 0) explain(k, 1.0, work.active_count, work);
}

// mu_k of the active samples into `centred`.
template <class T>
void FactorMixtureDenoiser<T>::component_means(Index k, Buffers& work) const {
  auto filtered = work.centred.leftCols(work.active_count);
  const auto explained = work.explained.leftCols(work.active_count);
  filtered -= work.gain * explained;
  filtered = work.filter.col(k).asDiagonal() * filtered;
  filtered += explained;
  filtered.colwise() += prior_->means.col(k);
}

template <class T>
void FactorMixtureDenoiser<T>::means(Index first, ConstBatch<T> x_t, Batch<T> x0,
                                     Buffers& work) const {
  x0.setZero();
  for (Index k = 0; k < components(); ++k) {
    gather(k, first, x_t, work);
    component_means(k, work);
    for (Index a = 0; a < work.active_count; ++a) {
      const Index j = work.active[static_cast<std::size_t>(a)];
      x0.col(j) += static_cast<RealOf<T>>(work.weights(k, first + j)) * work.centred.col(a);
    }
  }
}

template <class T>
void FactorMixtureDenoiser<T>::variances(Index first, ConstBatch<T> x_t, ConstBatch<T> x0,
                                         Eigen::Ref<Eigen::VectorXd> variance,
                                         Buffers& work) const {
  variance.setZero();
  for (Index k = 0; k < components(); ++k) {
    gather(k, first, x_t, work);
    component_means(k, work);
    for (Index a = 0; a < work.active_count; ++a) {
      const Index j = work.active[static_cast<std::size_t>(a)];
      const double between =
          (work.centred.col(a) - x0.col(j)).template cast<Wide<T>>().squaredNorm();
      variance(j) += work.weights(k, first + j) * (work.trace(k) + between);
    }
  }
}

// A level without noise returns the observation.
template <class T>
void FactorMixtureDenoiser<T>::keep_clean(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                          Batch<T> x0) const {
  for (Index j = 0; j < x_t.cols(); ++j) {
    if (level_of(levels, j).is_clean()) x0.col(j) = x_t.col(j);
  }
}

template <class T>
void FactorMixtureDenoiser<T>::denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                       Batch<T> x0,
                                       typename Denoiser<T>::Workspace& workspace) const {
  auto& work = static_cast<Buffers&>(workspace);
  weigh_all(x_t, levels, work, [&](Index first, Index count) {
    means(first, x_t.middleCols(first, count), x0.middleCols(first, count), work);
  });
  keep_clean(x_t, levels, x0);
}

template <class T>
void FactorMixtureDenoiser<T>::posterior(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                         Batch<T> mean, Eigen::Ref<Eigen::VectorXd> variance,
                                         typename Denoiser<T>::Workspace& workspace) const {
  auto& work = static_cast<Buffers&>(workspace);
  weigh_all(x_t, levels, work, [&](Index first, Index count) {
    const auto run = x_t.middleCols(first, count);
    means(first, run, mean.middleCols(first, count), work);
    variances(first, run, mean.middleCols(first, count), variance.segment(first, count), work);
    if (work.level.is_clean()) variance.segment(first, count).setZero();
  });
  keep_clean(x_t, levels, mean);
}

template <class T>
void FactorMixtureDenoiser<T>::posterior_weights(ConstBatch<T> x_t,
                                                 std::span<const NoiseLevel> levels,
                                                 Eigen::Ref<Eigen::MatrixXd> weights,
                                                 typename Denoiser<T>::Workspace& workspace) const {
  auto& work = static_cast<Buffers&>(workspace);
  weigh_all(x_t, levels, work, [](Index, Index) {});
  weights = work.weights.leftCols(x_t.cols());
}

template class FactorMixtureDenoiser<float>;
template class FactorMixtureDenoiser<double>;
template class FactorMixtureDenoiser<std::complex<float>>;
template class FactorMixtureDenoiser<std::complex<double>>;

}  // namespace pellucid
