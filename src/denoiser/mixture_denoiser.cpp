// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/denoiser/mixture_denoiser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/blas.hpp"
#include "linalg/energy.hpp"
#include "pellucid/base/error.hpp"
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

// Real numbers in an entry: a complex one is two with the same variance.
template <class T>
constexpr Index parts = is_complex<T> ? 2 : 1;

// sum log s_i, one logarithm for several factors where their product is well inside the range.
double sum_of_logs(const Eigen::Ref<const Eigen::ArrayXd>& s) {
  constexpr Index together = 8;
  double sum = 0;
  for (Index i = 0; i < s.size(); i += together) {
    const auto factors = s.segment(i, std::min(together, s.size() - i));
    const double product = factors.prod();
    sum += product > 1e-280 && product < 1e280 ? std::log(product) : factors.log().sum();
  }
  return sum;
}

// Rounding leaves eigenvalues of a singular covariance slightly below zero, nothing more.
void check_not_negative(const Eigen::VectorXd& eigenvalues, Index component) {
  constexpr double tolerance = 1e-6;
  if (eigenvalues.size() == 0) return;
  const double least = eigenvalues.minCoeff(), largest = eigenvalues.cwiseAbs().maxCoeff();
  if (least >= -tolerance * largest) return;
  throw Error(
      fmt::format("covariance of component {}: has the negative eigenvalue {:.3g} (largest "
                  "{:.3g}): a covariance is positive semi-definite",
                  component, least, largest));
}

}  // namespace

template <class T>
struct MixtureDenoiser<T>::Buffers final : Denoiser<T>::Workspace {
  Buffers(Index dim, Index rank, Index total_rank, Index components, Index batch)
      : rotated(total_rank, batch),
        gathered(rank, batch),
        estimates(dim, batch),
        weights(components, batch),
        variance(total_rank),
        precision(parts<T> * total_rank),
        gain(total_rank),
        log_determinant(components),
        active(static_cast<std::size_t>(batch)) {}

  linalg::SingleThreadedBlas single_threaded;
  Matrix<T> rotated;                // z_k of all components, a sample a column
  Matrix<T> gathered;               // filtered z_k of the samples where k is active
  Matrix<T> estimates;              // component means mu_k of the active samples
  Eigen::MatrixXd weights;          // log p_k, then p_k
  Eigen::ArrayXd variance;          // s_k of the level prepared last
  Eigen::ArrayXd precision;         // 1 / s_k, once per real part
  Vector<RealOf<T>> gain;           // g l_k / s_k
  Eigen::VectorXd log_determinant;  // sum log s_k
  std::vector<Index> active;        // samples where the component in hand has weight
  Index active_count = 0;
};

template <class T>
MixtureDenoiser<T>::MixtureDenoiser(const GaussianMixture<Wide<T>>& prior, int threads)
    : dim_(prior.dim()) {
  const auto count = static_cast<std::size_t>(prior.components());
  std::vector<Matrix<Wide<T>>> bases = prior.covariances;
  std::vector<Eigen::VectorXd> eigenvalues(count);
  {
    const linalg::SingleThreadedBlas single_threaded;
    parallel_for(prior.components(), threads, [&](Index k, int) {
      const auto at = static_cast<std::size_t>(k);
      linalg::eigh<Wide<T>>(bases[at], eigenvalues[at]);
    });
  }
  reserve(dim_ * prior.components());
  for (std::size_t k = 0; k < count; ++k) {
    const auto column = static_cast<Index>(k);
    add(prior.weights(column), prior.means.col(column), bases[k], eigenvalues[k]);
    bases[k].resize(0, 0);
  }
  finish();
}

template <class T>
MixtureDenoiser<T>::MixtureDenoiser(const Gaussian<Wide<T>>& prior) : dim_(prior.dim()) {
  const linalg::SingleThreadedBlas single_threaded;
  Matrix<Wide<T>> basis = prior.covariance;
  Eigen::VectorXd eigenvalues;
  linalg::eigh<Wide<T>>(basis, eigenvalues);
  reserve(dim_);
  add(1.0, prior.mean, basis, eigenvalues);
  finish();
}

template <class T>
MixtureDenoiser<T>::MixtureDenoiser(const LowRank<Wide<T>>& prior) : dim_(prior.dim()) {
  reserve(prior.rank());
  add(1.0, prior.mean, prior.eigenvectors, prior.eigenvalues);
  finish();
}

template <class T>
void MixtureDenoiser<T>::add(double weight, const Vector<Wide<T>>& mean,
                             const Matrix<Wide<T>>& basis, const Eigen::VectorXd& eigenvalues) {
  check_not_negative(eigenvalues, components());
  const Index rank = basis.cols();
  const Index first = components_.empty() ? 0 : components_.back().first + components_.back().rank;
  components_.push_back({std::log(weight), mean.template cast<T>(), first, rank});
  bases_.middleCols(first, rank) = basis.template cast<T>();
  rotated_means_.segment(first, rank) = (basis.adjoint() * mean).template cast<T>();
  // Rounding leaves eigenvalues of a singular covariance slightly below zero.
  eigenvalues_.segment(first, rank) = eigenvalues.cwiseMax(0.0);
}

template <class T>
void MixtureDenoiser<T>::reserve(Index total_rank) {
  bases_.resize(dim_, total_rank);
  rotated_means_.resize(total_rank);
  eigenvalues_.resize(total_rank);
}

template <class T>
void MixtureDenoiser<T>::finish() {
  for (const Component& c : components_) rank_ = std::max(rank_, c.rank);
  const double bytes = static_cast<double>(bases_.cols() * Index{sizeof(T)});
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
  return std::make_unique<Buffers>(dim_, rank_, bases_.cols(), components(), batch_);
}

// What depends on the noise level alone.
template <class T>
void MixtureDenoiser<T>::prepare(const NoiseLevel& level, Buffers& work) const {
  const double g = std::sqrt(level.alpha_bar);
  work.variance = level.alpha_bar * eigenvalues_.array() + level.noise;
  work.gain = (g * eigenvalues_.array() / work.variance).template cast<RealOf<T>>();
  for (Index i = 0; i < work.variance.size(); ++i) {
    for (Index part = 0; part < parts<T>; ++part) {
      work.precision(parts<T> * i + part) = 1 / work.variance(i);
    }
  }
  for (Index k = 0; k < components(); ++k) {
    const Component& c = components_[static_cast<std::size_t>(k)];
    work.log_determinant(k) = sum_of_logs(work.variance.segment(c.first, c.rank));
  }
}

// Every z_k, and log w_k + log N(x_t; k) up to a constant into `weights`.
template <class T>
void MixtureDenoiser<T>::rotate(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                Buffers& work) const {
  const Index samples = x_t.cols();
  const auto count = static_cast<Index>(levels.size());
  if (x_t.rows() != dim_ || samples > batch_ || (count != 1 && count != samples)) {
    throw Error(
        fmt::format("denoise: {} samples of {} entries with {} noise levels: at most {} of "
                    "{} entries, with one level or one for each",
                    samples, x_t.rows(), count, batch_, dim_));
  }
  linalg::multiply<T>(linalg::Op::adjoint, T(1), bases_, x_t, T(0), work.rotated.leftCols(samples));
  if (levels.size() == 1) {
    prepare(levels[0], work);
    for (Index k = 0; k < components(); ++k) {
      for (Index j = 0; j < samples; ++j) centre(k, j, levels[0], work);
    }
  } else {
    for (Index j = 0; j < samples; ++j) {
      const NoiseLevel& level = levels[static_cast<std::size_t>(j)];
      prepare(level, work);
      for (Index k = 0; k < components(); ++k) centre(k, j, level, work);
    }
  }
}

// z_k of one sample from its rotation, and the component's log weight.
template <class T>
void MixtureDenoiser<T>::centre(Index k, Index j, const NoiseLevel& level, Buffers& work) const {
  using Real = RealOf<T>;
  const Component& c = components_[static_cast<std::size_t>(k)];
  const auto g = static_cast<Real>(std::sqrt(level.alpha_bar));
  // A complex number is two real ones in memory.
  const double energy =
      linalg::centre_and_weigh(reinterpret_cast<Real*>(&work.rotated(c.first, j)),
                               reinterpret_cast<const Real*>(&rotated_means_(c.first)), g,
                               &work.precision(parts<T> * c.first), parts<T> * c.rank);
  const double factor = is_complex<T> ? 1.0 : 0.5;
  work.weights(k, j) = c.log_weight - factor * (energy + work.log_determinant(k));
}

// An observation so far off that its squares overflow: the component with the least energy, found
// on the observation divided by its size, outweighs all others.
template <class T>
void MixtureDenoiser<T>::weigh_far_observation(Index j, Buffers& work) const {
  const double size = static_cast<double>(work.rotated.col(j).cwiseAbs().maxCoeff());
  Index nearest = 0;
  double least = std::numeric_limits<double>::infinity();
  for (Index k = 0; k < components(); ++k) {
    const Component& c = components_[static_cast<std::size_t>(k)];
    if (c.log_weight == -std::numeric_limits<double>::infinity()) continue;
    double energy = 0;
    for (Index i = c.first; i < c.first + c.rank; ++i) {
      energy +=
          std::norm(std::complex<double>(work.rotated(i, j)) / size) * work.precision(parts<T> * i);
    }
    if (energy < least) {
      least = energy;
      nearest = k;
    }
  }
  work.weights.col(j).setConstant(-std::numeric_limits<double>::infinity());
  work.weights(nearest, j) = 0.0;
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
    if (!std::isfinite(p.maxCoeff())) weigh_far_observation(j, work);
    p.array() = (p.array() - p.maxCoeff()).exp();
    p /= p.sum();
    p = (p.array() < cutoff).select(0.0, p);
  }
}

// The way back: mu_k of the samples where component k has weight, into `estimates`.
template <class T>
void MixtureDenoiser<T>::component_means(Index k, std::span<const NoiseLevel> levels, Buffers& work,
                                         Index samples) const {
  const Component& c = components_[static_cast<std::size_t>(k)];
  const auto l = eigenvalues_.segment(c.first, c.rank).array();
  work.active_count = 0;
  for (Index j = 0; j < samples; ++j) {
    if (work.weights(k, j) == 0.0) continue;
    if (levels.size() > 1) {
      const NoiseLevel& level = levels[static_cast<std::size_t>(j)];
      const double g = std::sqrt(level.alpha_bar);
      work.gain.segment(c.first, c.rank) =
          (g * l / (level.alpha_bar * l + level.noise)).template cast<RealOf<T>>();
    }
    work.gathered.col(work.active_count).head(c.rank) =
        work.rotated.col(j)
            .segment(c.first, c.rank)
            .cwiseProduct(work.gain.segment(c.first, c.rank));
    work.active[static_cast<std::size_t>(work.active_count++)] = j;
  }
  if (work.active_count == 0) return;
  auto estimates = work.estimates.leftCols(work.active_count);
  estimates.colwise() = c.mean;
  linalg::multiply<T>(linalg::Op::none, T(1), bases_.middleCols(c.first, c.rank),
                      work.gathered.topLeftCorner(c.rank, work.active_count), T(1), estimates);
}

template <class T>
void MixtureDenoiser<T>::denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
                                 typename Denoiser<T>::Workspace& workspace) const {
  auto& work = static_cast<Buffers&>(workspace);
  const Index samples = x_t.cols();
  rotate(x_t, levels, work);
  normalise_weights(work, samples);
  x0.setZero();
  for (Index k = 0; k < components(); ++k) {
    component_means(k, levels, work, samples);
    for (Index a = 0; a < work.active_count; ++a) {
      const Index j = work.active[static_cast<std::size_t>(a)];
      const auto p = static_cast<RealOf<T>>(work.weights(k, j));
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
  for (Index k = 0; k < components(); ++k) {
    component_means(k, levels, work, x_t.cols());
    for (Index a = 0; a < work.active_count; ++a) {
      const Index j = work.active[static_cast<std::size_t>(a)];
      const NoiseLevel& level = level_of(levels, j);
      if (level.is_clean()) continue;
      const Component& c = components_[static_cast<std::size_t>(k)];
      const auto l = eigenvalues_.segment(c.first, c.rank).array();
      const double within = (l * level.noise / (level.alpha_bar * l + level.noise)).sum();
      const double between =
          (work.estimates.col(a) - mean.col(j)).template cast<Wide<T>>().squaredNorm();
      variance(j) += work.weights(k, j) * (within + between);
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
