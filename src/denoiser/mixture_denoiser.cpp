// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/denoiser/mixture_denoiser.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/blas.hpp"
#include "pellucid/base/parallel.hpp"

namespace pellucid {

namespace {

// Samples per call: enough for the products to run at full speed, as long as the rotated samples of
// all components stay within this many bytes per thread.
constexpr Index most_samples = 128;
constexpr double most_bytes = 128e6;

const NoiseLevel& level_of(std::span<const NoiseLevel> levels, Index sample) {
  return levels.size() == 1 ? levels[0] : levels[static_cast<std::size_t>(sample)];
}

double abs2(double z) { return z * z; }
double abs2(const std::complex<double>& z) { return std::norm(z); }
double abs2(float z) { return static_cast<double>(z) * z; }
double abs2(const std::complex<float>& z) { return abs2(z.real()) + abs2(z.imag()); }

// sum_i |z_i|^2 q_i in double precision.
template <class T>
double weighted_energy(const T* z, const double* q, Index n) {
  double sum = 0;
  for (Index i = 0; i < n; ++i) sum += abs2(z[i]) * q[i];
  return sum;
}

}  // namespace

template <class T>
struct MixtureDenoiser<T>::Buffers final : Denoiser<T>::Workspace {
  Buffers(Index dim, Index rank, Index components, Index batch)
      : centred(dim, batch),
        rotated(rank, batch * components),
        gathered(rank, batch),
        estimates(dim, batch),
        weights(components, batch),
        precision(rank),
        active(static_cast<std::size_t>(batch)) {}

  linalg::SingleThreadedBlas single_threaded;
  Matrix<T> centred;          // x_t - g m_k
  Matrix<T> rotated;          // z_k of all components side by side
  Matrix<T> gathered;         // filtered z_k of the samples where k is active
  Matrix<T> estimates;        // component means mu_k of the active samples
  Eigen::MatrixXd weights;    // log p_k, then p_k
  Eigen::VectorXd precision;  // 1 / s_k
  std::vector<Index> active;  // samples where the component in hand has weight
  Index active_count = 0;
};

template <class T>
MixtureDenoiser<T>::MixtureDenoiser(const GaussianMixture<Wide<T>>& prior, int threads)
    : dim_(prior.dim()), components_(static_cast<std::size_t>(prior.components())) {
  const linalg::SingleThreadedBlas single_threaded;
  parallel_for(prior.components(), threads, [&](Index k, int) {
    components_[static_cast<std::size_t>(k)] = decompose(
        prior.weights(k), prior.means.col(k), prior.covariances[static_cast<std::size_t>(k)]);
  });
  choose_batch();
}

template <class T>
MixtureDenoiser<T>::MixtureDenoiser(const Gaussian<Wide<T>>& prior) : dim_(prior.dim()) {
  const linalg::SingleThreadedBlas single_threaded;
  components_.push_back(decompose(1.0, prior.mean, prior.covariance));
  choose_batch();
}

template <class T>
MixtureDenoiser<T>::MixtureDenoiser(const LowRank<Wide<T>>& prior) : dim_(prior.dim()) {
  components_.push_back({0.0, prior.mean.template cast<T>(), prior.eigenvectors.template cast<T>(),
                         prior.eigenvalues.cwiseMax(0.0)});
  choose_batch();
}

template <class T>
auto MixtureDenoiser<T>::decompose(double weight, const Vector<Wide<T>>& mean,
                                   const Matrix<Wide<T>>& covariance) -> Component {
  Matrix<Wide<T>> basis = covariance;
  Eigen::VectorXd eigenvalues;
  linalg::eigh<Wide<T>>(basis, eigenvalues);
  // Rounding leaves eigenvalues of a singular covariance slightly below zero.
  return {std::log(weight), mean.template cast<T>(), basis.template cast<T>(),
          eigenvalues.cwiseMax(0.0)};
}

template <class T>
void MixtureDenoiser<T>::choose_batch() {
  for (const Component& c : components_) rank_ = std::max(rank_, c.basis.cols());
  const double bytes = static_cast<double>(rank_ * components() * Index{sizeof(T)});
  batch_ =
      std::clamp(static_cast<Index>(most_bytes / std::max(1.0, bytes)), Index{8}, most_samples);
}

template <class T>
double MixtureDenoiser<T>::weight_cutoff() const {
  const double tolerance = std::is_same_v<RealOf<T>, float> ? 1e-8 : 1e-16;
  return tolerance / static_cast<double>(components());
}

template <class T>
auto MixtureDenoiser<T>::workspace() const -> std::unique_ptr<typename Denoiser<T>::Workspace> {
  return std::make_unique<Buffers>(dim_, rank_, components(), batch_);
}

// First product: every z_k, and log w_k + log N(x_t; k) up to a constant into `weights`.
template <class T>
void MixtureDenoiser<T>::rotate(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                Buffers& work) const {
  const Index samples = x_t.cols();
  const double factor = is_complex<T> ? 1.0 : 0.5;
  for (std::size_t k = 0; k < components_.size(); ++k) {
    const Component& c = components_[k];
    const Index rank = c.basis.cols(), first = static_cast<Index>(k) * batch_;
    for (Index j = 0; j < samples; ++j) {
      const auto g = static_cast<RealOf<T>>(std::sqrt(level_of(levels, j).alpha_bar));
      work.centred.col(j) = x_t.col(j) - g * c.mean;
    }
    linalg::multiply<T>(linalg::Op::adjoint, T(1), c.basis, work.centred.leftCols(samples), T(0),
                        work.rotated.block(0, first, rank, samples));
    if (components() == 1) return;  // no weights to find
    double log_determinant = 0;
    for (Index j = 0; j < samples; ++j) {
      if (j == 0 || levels.size() > 1) {
        const NoiseLevel& level = level_of(levels, j);
        log_determinant = 0;
        for (Index i = 0; i < rank; ++i) {
          const double s = level.alpha_bar * c.eigenvalues(i) + level.noise;
          work.precision(i) = 1 / s;
          log_determinant += std::log(s);
        }
      }
      const double energy =
          weighted_energy(work.rotated.col(first + j).data(), work.precision.data(), rank);
      work.weights(static_cast<Index>(k), j) = c.log_weight - factor * (energy + log_determinant);
    }
  }
}

// Log weights to weights; those below the cutoff become zero.
template <class T>
void MixtureDenoiser<T>::normalise_weights(Buffers& work, Index samples) const {
  if (components() == 1) {
    work.weights.leftCols(samples).setOnes();
    return;
  }
  const double cutoff = weight_cutoff();
  for (Index j = 0; j < samples; ++j) {
    auto p = work.weights.col(j);
    if (!std::isfinite(p.maxCoeff())) {
      // An observation so far off that its squares overflow says nothing of the components.
      for (Index k = 0; k < p.size(); ++k) {
        p(k) = components_[static_cast<std::size_t>(k)].log_weight;
      }
    }
    p.array() = (p.array() - p.maxCoeff()).exp();
    p /= p.sum();
    p = (p.array() < cutoff).select(0.0, p);
  }
}

// Second product: mu_k of the samples where component k has weight, into `estimates`.
template <class T>
void MixtureDenoiser<T>::component_means(std::size_t k, std::span<const NoiseLevel> levels,
                                         Buffers& work, Index samples) const {
  const Component& c = components_[k];
  const Index rank = c.basis.cols(), first = static_cast<Index>(k) * batch_;
  work.active_count = 0;
  for (Index j = 0; j < samples; ++j) {
    if (work.weights(static_cast<Index>(k), j) == 0.0) continue;
    const NoiseLevel& level = level_of(levels, j);
    const double g = std::sqrt(level.alpha_bar);
    const T* z = work.rotated.col(first + j).data();
    T* filtered = work.gathered.col(work.active_count).data();
    for (Index i = 0; i < rank; ++i) {
      const double l = c.eigenvalues(i);
      filtered[i] = z[i] * static_cast<RealOf<T>>(g * l / (level.alpha_bar * l + level.noise));
    }
    work.active[static_cast<std::size_t>(work.active_count++)] = j;
  }
  if (work.active_count == 0) return;
  auto estimates = work.estimates.leftCols(work.active_count);
  estimates.colwise() = c.mean;
  linalg::multiply<T>(linalg::Op::none, T(1), c.basis,
                      work.gathered.topLeftCorner(rank, work.active_count), T(1), estimates);
}

template <class T>
void MixtureDenoiser<T>::denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
                                 typename Denoiser<T>::Workspace& workspace) const {
  auto& work = static_cast<Buffers&>(workspace);
  const Index samples = x_t.cols();
  rotate(x_t, levels, work);
  normalise_weights(work, samples);
  x0.setZero();
  for (std::size_t k = 0; k < components_.size(); ++k) {
    component_means(k, levels, work, samples);
    for (Index a = 0; a < work.active_count; ++a) {
      const Index j = work.active[static_cast<std::size_t>(a)];
      const auto p = static_cast<RealOf<T>>(work.weights(static_cast<Index>(k), j));
      x0.col(j) += p * work.estimates.col(a);
    }
  }
  for (Index j = 0; j < samples; ++j) {
    if (level_of(levels, j).is_clean()) x0.col(j) = x_t.col(j);
  }
}

template <class T>
void MixtureDenoiser<T>::posterior(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                   Batch<T> mean, Eigen::Ref<Eigen::VectorXd> variance,
                                   typename Denoiser<T>::Workspace& workspace) const {
  denoise(x_t, levels, mean, workspace);
  auto& work = static_cast<Buffers&>(workspace);
  variance.setZero();
  for (std::size_t k = 0; k < components_.size(); ++k) {
    component_means(k, levels, work, x_t.cols());
    for (Index a = 0; a < work.active_count; ++a) {
      const Index j = work.active[static_cast<std::size_t>(a)];
      const NoiseLevel& level = level_of(levels, j);
      if (level.is_clean()) continue;
      const auto l = components_[k].eigenvalues.array();
      const double within = (l * level.noise / (level.alpha_bar * l + level.noise)).sum();
      const double between =
          (work.estimates.col(a) - mean.col(j)).template cast<Wide<T>>().squaredNorm();
      variance(j) += work.weights(static_cast<Index>(k), j) * (within + between);
    }
  }
}

template <class T>
void MixtureDenoiser<T>::posterior_weights(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                           Eigen::Ref<Eigen::MatrixXd> weights,
                                           typename Denoiser<T>::Workspace& workspace) const {
  auto& work = static_cast<Buffers&>(workspace);
  rotate(x_t, levels, work);
  normalise_weights(work, x_t.cols());
  weights = work.weights.leftCols(x_t.cols());
}

template class MixtureDenoiser<float>;
template class MixtureDenoiser<double>;
template class MixtureDenoiser<std::complex<float>>;
template class MixtureDenoiser<std::complex<double>>;

}  // namespace pellucid
