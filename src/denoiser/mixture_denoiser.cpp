// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/denoiser/mixture_denoiser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/real_parts.hpp"
#include "denoiser/batch.hpp"
#include "denoiser/mixture_engine.hpp"
#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

namespace {

// A complex vector as a real one, entry by entry.
Eigen::VectorXd composite(const Eigen::VectorXd& x) { return x; }
Eigen::VectorXd composite(const Eigen::VectorXcd& x) {
  return Eigen::Map<const Eigen::VectorXd>(reinterpret_cast<const double*>(x.data()), 2 * x.size());
}

// Real eigenvectors: u and i u are orthogonal and have the same eigenvalue.
Eigen::MatrixXd composite(const Eigen::MatrixXd& basis) { return basis; }
Eigen::MatrixXd composite(const Eigen::MatrixXcd& basis) {
  Eigen::MatrixXd real(2 * basis.rows(), 2 * basis.cols());
  for (Index i = 0; i < basis.cols(); ++i) {
    real.col(2 * i) = composite(Eigen::VectorXcd(basis.col(i)));
    real.col(2 * i + 1) =
        composite(Eigen::VectorXcd(basis.col(i) * std::complex<double>(0.0, 1.0)));
  }
  return real;
}

Eigen::VectorXd repeated(const Eigen::VectorXd& values, Index times) {
  Eigen::VectorXd all(times * values.size());
  for (Index i = 0; i < all.size(); ++i) all(i) = values(i / times);
  return all;
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

template <class T>
RealBatch<const RealOf<T>> real_batch(ConstBatch<T> x) {
  return {reals(x.data()), real_parts<T> * x.outerStride(), x.cols()};
}
template <class T>
RealBatch<RealOf<T>> real_batch(Batch<T> x) {
  return {reals(x.data()), real_parts<T> * x.outerStride(), x.cols()};
}

}  // namespace

template <class T>
struct MixtureDenoiser<T>::Buffers final : Denoiser<T>::Workspace {
  Buffers(const MixtureBases<RealOf<T>>& bases, Index batch) : work(bases, batch) {}
  MixtureWorkspace<RealOf<T>> work;
};

template <class T>
MixtureDenoiser<T>::MixtureDenoiser(MixtureDenoiser&&) noexcept = default;
template <class T>
MixtureDenoiser<T>& MixtureDenoiser<T>::operator=(MixtureDenoiser&&) noexcept = default;
template <class T>
MixtureDenoiser<T>::~MixtureDenoiser() = default;

template <class T>
MixtureDenoiser<T>::MixtureDenoiser(const GaussianMixture<Wide<T>>& prior, int threads)
    : bases_(std::make_unique<MixtureBases<RealOf<T>>>(real_parts<T> * prior.dim(),
                                                       real_parts<T> * prior.dim(),
                                                       prior.components(), quadratic_weight<T>)) {
  const linalg::SingleThreadedBlas single_threaded;
  parallel_for(prior.components(), threads, [&](Index k, int) {
    Matrix<Wide<T>> basis = prior.covariances[static_cast<std::size_t>(k)];
    Eigen::VectorXd eigenvalues;
    linalg::eigh<Wide<T>>(basis, eigenvalues);
    set(k, prior.weights(k), prior.means.col(k), basis, eigenvalues);
  });
}

template <class T>
MixtureDenoiser<T>::MixtureDenoiser(const Gaussian<Wide<T>>& prior)
    : bases_(std::make_unique<MixtureBases<RealOf<T>>>(
          real_parts<T> * prior.dim(), real_parts<T> * prior.dim(), 1, quadratic_weight<T>)) {
  const linalg::SingleThreadedBlas single_threaded;
  Matrix<Wide<T>> basis = prior.covariance;
  Eigen::VectorXd eigenvalues;
  linalg::eigh<Wide<T>>(basis, eigenvalues);
  set(0, 1.0, prior.mean, basis, eigenvalues);
}

template <class T>
MixtureDenoiser<T>::MixtureDenoiser(const LowRank<Wide<T>>& prior)
    : MixtureDenoiser(Eigen::VectorXd::Ones(1), {prior}) {}

template <class T>
MixtureDenoiser<T>::MixtureDenoiser(const Eigen::VectorXd& weights,
                                    const std::vector<LowRank<Wide<T>>>& components)
    : bases_(std::make_unique<MixtureBases<RealOf<T>>>(real_parts<T> * components.at(0).dim(),
                                                       real_parts<T> * components.at(0).rank(),
                                                       weights.size(), quadratic_weight<T>)) {
  for (Index k = 0; k < weights.size(); ++k) {
    const auto& component = components.at(static_cast<std::size_t>(k));
    set(k, weights(k), component.mean, component.eigenvectors.rowwise().reverse(),
        component.eigenvalues.reverse());
  }
}

template <class T>
void MixtureDenoiser<T>::set(Index k, double weight, const Vector<Wide<T>>& mean,
                             const Matrix<Wide<T>>& basis, const Eigen::VectorXd& eigenvalues) {
  check_not_negative(eigenvalues, k);
  bases_->set(k, weight, composite(mean), composite(basis), repeated(eigenvalues, real_parts<T>));
}

template <class T>
Index MixtureDenoiser<T>::dim() const {
  return bases_->dim() / real_parts<T>;
}

template <class T>
Index MixtureDenoiser<T>::components() const {
  return bases_->components();
}

template <class T>
Index MixtureDenoiser<T>::batch() const {
  // Samples enough to share a component's basis, few enough to stay in the second-level cache.
  constexpr Index entries = Index{1} << 17;
  const Index panel = linalg::tile_kernels<RealOf<T>>().width;
  return std::clamp(entries / bases_->dim() / panel, Index{2}, Index{960} / panel) * panel;
}

template <class T>
auto MixtureDenoiser<T>::workspace() const -> std::unique_ptr<typename Denoiser<T>::Workspace> {
  return std::make_unique<Buffers>(*bases_, batch());
}

template <class T>
MixtureEngine<RealOf<T>> MixtureDenoiser<T>::load(
    ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
    typename Denoiser<T>::Workspace& workspace) const {
  MixtureEngine<RealOf<T>> engine(*bases_, this->weight_cutoff(),
                                  static_cast<Buffers&>(workspace).work);
  engine.load(real_batch<T>(x_t), levels);
  return engine;
}

template <class T>
void MixtureDenoiser<T>::denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
                                 typename Denoiser<T>::Workspace& workspace) const {
  check_batch(dim(), batch(), x_t.rows(), x_t.cols(), static_cast<Index>(levels.size()));
  if (x_t.cols() == 0) return;
  if (levels.size() == 1 && levels[0].is_clean()) {
    x0 = x_t;
    return;
  }
  auto engine = load(x_t, levels, workspace);
  engine.estimate(real_batch<T>(x0));
  for (Index j = 0; j < x_t.cols(); ++j) {
    if (level_of(levels, j).is_clean()) x0.col(j) = x_t.col(j);
  }
}

template <class T>
void MixtureDenoiser<T>::posterior(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                   Batch<T> mean, Eigen::Ref<Eigen::VectorXd> variance,
                                   typename Denoiser<T>::Workspace& workspace) const {
  denoise(x_t, levels, mean, workspace);
  variance.setZero();
  if (x_t.cols() == 0 || (levels.size() == 1 && levels[0].is_clean())) return;
  auto engine = load(x_t, levels, workspace);
  (void)engine.weigh(x_t.cols());
  engine.variances(real_batch<T>(ConstBatch<T>(mean)), variance);
  for (Index j = 0; j < x_t.cols(); ++j) {
    if (level_of(levels, j).is_clean()) variance(j) = 0.0;
  }
}

template <class T>
void MixtureDenoiser<T>::posterior_weights(ConstBatch<T> x_t, std::span<const NoiseLevel> levels,
                                           Eigen::Ref<Eigen::MatrixXd> weights,
                                           typename Denoiser<T>::Workspace& workspace) const {
  check_batch(dim(), batch(), x_t.rows(), x_t.cols(), static_cast<Index>(levels.size()));
  if (x_t.cols() == 0) return;
  auto engine = load(x_t, levels, workspace);
  (void)engine.weigh(x_t.cols());
  weights = static_cast<Buffers&>(workspace).work.weights.topRows(x_t.cols()).transpose();
}

template class MixtureDenoiser<float>;
template class MixtureDenoiser<double>;
template class MixtureDenoiser<std::complex<float>>;
template class MixtureDenoiser<std::complex<double>>;

}  // namespace pellucid
