// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/denoiser/diagonal_mixture_denoiser.hpp"

#include <algorithm>
#include <cmath>

#include "base/real_parts.hpp"
#include "denoiser/batch.hpp"
#include "linalg/blas.hpp"
#include "linalg/diagonal_kernels.hpp"
#include "prior/eigenbasis.hpp"
#include "prior/normal_density.hpp"
#include "prior/posterior_weights.hpp"

namespace pellucid {

namespace {

// Samples per call, as long as a thread's samples stay within this many bytes.
constexpr Index most_samples = 128;
constexpr double most_bytes = 8e6;

// The least variance that is divided by: an observation off a singular component is far off it.
constexpr double least_variance = 1e-280;

}  // namespace

template <class T>
struct DiagonalMixtureDenoiser<T>::Prior {
  explicit Prior(const DiagonalMixture<Wide<T>>& prior)
      : basis(prior), log_weights(prior.weights.array().log()), variances(prior.variances) {
    const linalg::SingleThreadedBlas single_threaded;
    Matrix<Wide<T>> rotated(prior.dim(), prior.components());
    Eigenbasis<Wide<T>>(prior).forward(prior.means, rotated);
    means = rotated.template cast<T>();
    const double bytes = 3.0 * static_cast<double>(prior.dim() * Index{sizeof(T)});
    batch = std::clamp(static_cast<Index>(most_bytes / bytes), Index{8}, most_samples);
  }

  Eigenbasis<T> basis;
  Eigen::VectorXd log_weights;
  Matrix<T> means;            // u_k, N x K
  Eigen::MatrixXd variances;  // v_k, N x K
  Index batch = 1;
};

template <class T>
struct DiagonalMixtureDenoiser<T>::Buffers final : Denoiser<T>::Workspace {
  using Real = RealOf<T>;
  Buffers(Index dim, Index components, Index batch)
      : rotated(dim, batch),
        sums(dim, batch),
        estimate(dim),
        weights(components, batch),
        precision(real_parts<T> * dim, components),
        filter(real_parts<T> * dim, components),
        log_determinant(components) {}

  linalg::SingleThreadedBlas single_threaded;
  const linalg::DiagonalKernels<Real>& kernels = linalg::diagonal_kernels<Real>();
  Matrix<T> rotated;                // z, a sample a column
  Matrix<T> sums;                   // sum_k p_k mu_k in the basis
  Vector<T> estimate;               // one mu_k in the basis
  Eigen::MatrixXd weights;          // log p_k, then p_k
  Eigen::MatrixXd precision;        // 1 / s_k, once per real part
  Matrix<Real> filter;              // g v_k / s_k, once per real part
  Eigen::VectorXd log_determinant;  // sum log s_k
  Real gain = 1;                    // g of the level prepared last
};

template <class T>
DiagonalMixtureDenoiser<T>::DiagonalMixtureDenoiser(const DiagonalMixture<Wide<T>>& prior) {
  prior.validate();
  prior_ = std::make_unique<const Prior>(prior);
}

template <class T>
DiagonalMixtureDenoiser<T>::~DiagonalMixtureDenoiser() = default;

template <class T>
Index DiagonalMixtureDenoiser<T>::dim() const {
  return prior_->means.rows();
}
template <class T>
Index DiagonalMixtureDenoiser<T>::components() const {
  return prior_->means.cols();
}
template <class T>
Index DiagonalMixtureDenoiser<T>::batch() const {
  return prior_->batch;
}
template <class T>
auto DiagonalMixtureDenoiser<T>::workspace() const
    -> std::unique_ptr<typename Denoiser<T>::Workspace> {
  return std::make_unique<Buffers>(dim(), components(), batch());
}

// What depends on the noise level alone.
template <class T>
void DiagonalMixtureDenoiser<T>::prepare(const NoiseLevel& level, Buffers& work) const {
  const double g = std::sqrt(level.alpha_bar);
  work.gain = static_cast<RealOf<T>>(g);
  for (Index k = 0; k < components(); ++k) {
    // One logarithm for several factors where their product is well inside the range.
    double log_determinant = 0, product = 1;
    for (Index i = 0; i < dim(); ++i) {
      const double v = prior_->variances(i, k);
      const double s = std::max(level.alpha_bar * v + level.noise, least_variance);
      const double precision = 1 / s;
      for (Index part = 0; part < real_parts<T>; ++part) {
        work.precision(real_parts<T> * i + part, k) = precision;
        work.filter(real_parts<T> * i + part, k) = static_cast<RealOf<T>>(g * v * precision);
      }
      if (s < 1e-20 || s > 1e20) {
        log_determinant += std::log(s);
      } else if (product *= s; product < 1e-280 || product > 1e280) {
        log_determinant += std::log(product);
        product = 1;
      }
    }
    work.log_determinant(k) = log_determinant + std::log(product);
  }
}

// log w_k + log N(x_t; k) of sample `j` under the level prepared, up to a constant.
template <class T>
void DiagonalMixtureDenoiser<T>::weigh(Index j, Buffers& work) const {
  for (Index k = 0; k < components(); ++k) {
    const double energy = work.kernels.weigh_difference(
        reals(work.rotated.col(j).data()), reals(prior_->means.col(k).data()), work.gain,
        work.precision.col(k).data(), real_parts<T> * dim());
    work.weights(k, j) =
        prior_->log_weights(k) - quadratic_weight<T> * (energy + work.log_determinant(k));
  }
}

// The component that outweighs all others where an observation's squares overflow.
template <class T>
Index DiagonalMixtureDenoiser<T>::nearest(Index j, const Buffers& work) const {
  const auto size = static_cast<double>(work.rotated.col(j).cwiseAbs().maxCoeff());
  return nearest_component(prior_->log_weights, [&](Index k) {
    double energy = 0;
    for (Index i = 0; i < dim(); ++i) {
      energy +=
          std::norm(Wide<T>(work.rotated(i, j)) / size) * work.precision(real_parts<T> * i, k);
    }
    return energy;
  });
}

// `sum_k p_k mu_k` of sample `j`, in the basis.
template <class T>
void DiagonalMixtureDenoiser<T>::mean_of(Index j, Buffers& work) const {
  work.sums.col(j).setZero();
  for (Index k = 0; k < components(); ++k) {
    if (work.weights(k, j) == 0.0) continue;
    work.kernels.add_filtered(static_cast<RealOf<T>>(work.weights(k, j)),
                              reals(work.rotated.col(j).data()), reals(prior_->means.col(k).data()),
                              work.gain, work.filter.col(k).data(), reals(work.sums.col(j).data()),
                              real_parts<T> * dim());
  }
}

// tr Cov[x0 | x_t] after `mean_of`; a unitary basis changes no distance.
template <class T>
double DiagonalMixtureDenoiser<T>::variance_of(Index j, const NoiseLevel& level,
                                               Buffers& work) const {
  double sum = 0;
  for (Index k = 0; k < components(); ++k) {
    if (work.weights(k, j) == 0.0) continue;
    work.kernels.filter_difference(
        reals(work.rotated.col(j).data()), reals(prior_->means.col(k).data()), work.gain,
        work.filter.col(k).data(), reals(work.estimate.data()), real_parts<T> * dim());
    const auto v = prior_->variances.col(k).array();
    const double within = (v * level.noise / (level.alpha_bar * v + level.noise)).sum();
    const double between =
        (work.estimate - work.sums.col(j)).template cast<Wide<T>>().squaredNorm();
    sum += work.weights(k, j) * (within + between);
  }
  return sum;
}

// Weights of every column; then `use(j, level)`, with the column's level prepared.
template <class T>
template <class Use>
void DiagonalMixtureDenoiser<T>::weigh_all(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                           Buffers& work, const Use& use) const {
  const Index samples = x_t.cols();
  check_batch(dim(), batch(), x_t.rows(), samples, static_cast<Index>(levels.size()));
  prior_->basis.forward(x_t, work.rotated.leftCols(samples));
  if (levels.size() == 1) prepare(levels[0], work);
  for (Index j = 0; j < samples; ++j) {
    const NoiseLevel& level = level_of(levels, j);
    if (levels.size() > 1) prepare(level, work);
    if (components() > 1) {
      weigh(j, work);
      weights_above(this->weight_cutoff(), work.weights.col(j), [&] { return nearest(j, work); });
    } else {
      work.weights(0, j) = 1.0;
    }
    use(j, level);
  }
}

// From the sums in the basis to estimates; a level without noise returns the observation.
template <class T>
void DiagonalMixtureDenoiser<T>::rotate_back(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                             Batch<T> x0, const Buffers& work) const {
  prior_->basis.inverse(work.sums.leftCols(x_t.cols()), x0);
  for (Index j = 0; j < x_t.cols(); ++j) {
    if (level_of(levels, j).is_clean()) x0.col(j) = x_t.col(j);
  }
}

template <class T>
void DiagonalMixtureDenoiser<T>::denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                         Batch<T> x0,
                                         typename Denoiser<T>::Workspace& workspace) const {
  auto& work = static_cast<Buffers&>(workspace);
  weigh_all(x_t, levels, work, [&](Index j, const NoiseLevel&) { mean_of(j, work); });
  rotate_back(x_t, levels, x0, work);
}

template <class T>
void DiagonalMixtureDenoiser<T>::posterior(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                           Batch<T> mean, Eigen::Ref<Eigen::VectorXd> variance,
                                           typename Denoiser<T>::Workspace& workspace) const {
  auto& work = static_cast<Buffers&>(workspace);
  weigh_all(x_t, levels, work, [&](Index j, const NoiseLevel& level) {
    mean_of(j, work);
    variance(j) = level.is_clean() ? 0.0 : variance_of(j, level, work);
  });
  rotate_back(x_t, levels, mean, work);
}

template <class T>
void DiagonalMixtureDenoiser<T>::posterior_weights(
    ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Eigen::Ref<Eigen::MatrixXd> weights,
    typename Denoiser<T>::Workspace& workspace) const {
  auto& work = static_cast<Buffers&>(workspace);
  weigh_all(x_t, levels, work, [](Index, const NoiseLevel&) {});
  weights = work.weights.leftCols(x_t.cols());
}

template class DiagonalMixtureDenoiser<float>;
template class DiagonalMixtureDenoiser<double>;
template class DiagonalMixtureDenoiser<std::complex<float>>;
template class DiagonalMixtureDenoiser<std::complex<double>>;

}  // namespace pellucid
