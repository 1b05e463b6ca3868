// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/coloured_estimator.hpp"

#include <fmt/format.h>

#include "linalg/blas.hpp"
#include "model/dense_prior.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/denoiser/mixture_denoiser.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/model/normalise.hpp"
#include "posterior/observation_space.hpp"
#include "prior/covariance.hpp"
#include "prior/graded_root.hpp"

namespace pellucid {

namespace {

constexpr Index samples_together = 256;

// The leading eigenpairs of `F F^H` for a root F whitened by `factor`. Digits of the small ones
// count where the noise's deviations are very different.
template <class T>
LowRank<T> eigenpairs(const Vector<T>& mean, const Matrix<T>& root, const Matrix<T>& factor,
                      Index rank) {
  if (!is_graded<T>(factor.diagonal())) {
    return leading_components(Gaussian<T>{mean, root * root.adjoint()}, rank);
  }
  const RootBasis<T> basis = decompose_graded(root);
  return {mean, basis.left.leftCols(rank), basis.eigenvalues.head(rank)};
}

// A prior of L^-1 (x - o) by the eigenpairs of its components.
template <class T>
struct WhitePrior {
  Eigen::VectorXd weights;
  std::vector<LowRank<T>> components;
};

template <class T>
WhitePrior<T> whitened(const Matrix<T>& factor, GaussianMixture<T> prior, double scale,
                       int threads) {
  WhitePrior<T> white{prior.weights, std::vector<LowRank<T>>(prior.covariances.size())};
  prior.means *= T(scale);
  linalg::solve_lower<T>(factor, prior.means);
  parallel_for(prior.components(), threads, [&](Index k, int) {
    const auto at = static_cast<std::size_t>(k);
    Matrix<T> root =
        T(scale) * square_root(prior.covariances[at], fmt::format("covariances[{}]", k));
    linalg::solve_lower<T>(factor, root);
    white.components[at] = eigenpairs<T>(prior.means.col(k), root, factor, prior.dim());
  });
  return white;
}

template <class T>
WhitePrior<T> whitened(const Matrix<T>& factor, const LowRank<T>& prior, double scale,
                       int /*threads*/) {
  Matrix<T> root = prior.eigenvectors * prior.eigenvalues.cwiseSqrt().asDiagonal() * T(scale);
  linalg::solve_lower<T>(factor, root);
  Matrix<T> mean = T(scale) * prior.mean;
  linalg::solve_lower<T>(factor, mean);
  return {Eigen::VectorXd::Ones(1), {eigenpairs<T>(mean, root, factor, prior.rank())}};
}

Model checked(Model model) {
  model.validate();
  require_whole_samples(model, "noise covariance of their own");
  return normalised(std::move(model));
}

// The mean and covariance of a prior given by eigenpairs.
template <class T>
Gaussian<T> moments(const WhitePrior<T>& prior) {
  const Index dim = prior.components[0].dim();
  Gaussian<T> whole{Vector<T>::Zero(dim), Matrix<T>::Zero(dim, dim)};
  for (Index k = 0; k < prior.weights.size(); ++k) {
    whole.mean += T(prior.weights(k)) * prior.components[static_cast<std::size_t>(k)].mean;
  }
  for (Index k = 0; k < prior.weights.size(); ++k) {
    const auto& [mean, vectors, values] = prior.components[static_cast<std::size_t>(k)];
    const Vector<T> off = mean - whole.mean;
    whole.covariance += T(prior.weights(k)) *
                        (vectors * values.asDiagonal() * vectors.adjoint() + off * off.adjoint());
  }
  linalg::fill_upper<T>(whole.covariance);
  return whole;
}

// Takes a prior to zero mean and unit variance; the model tells the units.
template <class T>
Model normalise(WhitePrior<T>& prior, const Schedule& schedule) {
  Gaussian<T> whole = moments(prior);
  Model model;
  model.shape = {whole.mean.size()};
  model.offset = whole.mean.template cast<std::complex<double>>();
  model.power = average_variance(whole);
  model.scale = std::sqrt(model.power);
  model.schedule = schedule;
  for (LowRank<T>& component : prior.components) {
    component.mean = (component.mean - whole.mean) / model.scale;
    component.eigenvalues /= model.power;
  }
  whole.mean.setZero();
  whole.covariance /= model.power;
  model.prior.emplace<is_complex<T> ? 1 : 0>(std::move(whole));
  return model;
}

template <class T>
Matrix<T> factor_of(const Model& model, const Matrix<T>& covariance) {
  LinearObservation<T>{{}, covariance}.validate(model.dim());
  return noise_factor(covariance);
}

}  // namespace

template <class T>
struct ColouredEstimator<T>::Ready {
  Ready(Model model, const Matrix<Wide<T>>& covariance, int threads) {
    const linalg::SingleThreadedBlas single_threaded;
    model = checked(std::move(model));
    factor = factor_of<Wide<T>>(model, covariance);
    mean = mean_signal<Wide<T>>(model);
    auto prior =
        std::visit([&](const auto& known) { return whitened(factor, known, model.scale, threads); },
                   dense_prior<Wide<T>>(model));
    white = normalise(prior, model.schedule);
    denoiser = std::make_unique<MixtureDenoiser<T>>(prior.weights, prior.components);
  }

  Vector<Wide<T>> mean;
  Matrix<Wide<T>> factor;
  Model white;
  std::unique_ptr<const Denoiser<T>> denoiser;
};

template <class T>
ColouredEstimator<T>::ColouredEstimator(Model model, const Matrix<Wide<T>>& covariance, int threads)
    : ColouredEstimator(Ready(std::move(model), covariance, threads)) {}

template <class T>
ColouredEstimator<T>::ColouredEstimator(Ready ready)
    : mean_(std::move(ready.mean)),
      factor_(std::move(ready.factor)),
      white_(std::move(ready.white), std::move(ready.denoiser)) {}

template <class T>
Matrix<T> ColouredEstimator<T>::denoise(ConstBatch<T> noisy, const EstimateOptions& options,
                                        Monitor* monitor, double* evaluations) const {
  if (noisy.rows() != factor_.rows()) {
    throw Error(fmt::format("noisy samples have {} entries, the model's have {}", noisy.rows(),
                            factor_.rows()));
  }
  const linalg::SingleThreadedBlas single_threaded;
  const Index tiles = (noisy.cols() + samples_together - 1) / samples_together;
  const auto range = [&](Index tile) {
    const Index first = tile * samples_together;
    return std::pair(first, std::min(samples_together, noisy.cols() - first));
  };
  Matrix<T> white(noisy.rows(), noisy.cols());
  parallel_for(tiles, options.threads, [&](Index tile, int) {
    const auto [first, count] = range(tile);
    Matrix<Wide<T>> part =
        noisy.middleCols(first, count).template cast<Wide<T>>().colwise() - mean_;
    linalg::solve_lower<Wide<T>>(factor_, part);
    white.middleCols(first, count) = part.template cast<T>();
  });
  Matrix<T> estimates = white_.denoise(white, Noise::std(1.0), options, monitor, evaluations);
  parallel_for(tiles, options.threads, [&](Index tile, int) {
    const auto [first, count] = range(tile);
    const Matrix<Wide<T>> part = estimates.middleCols(first, count).template cast<Wide<T>>();
    Matrix<Wide<T>> coloured = mean_.replicate(1, count);
    linalg::multiply<Wide<T>>(linalg::Op::none, Wide<T>(1), factor_, part, Wide<T>(1), coloured);
    estimates.middleCols(first, count) = coloured.template cast<T>();
  });
  return estimates;
}

template class ColouredEstimator<float>;
template class ColouredEstimator<double>;
template class ColouredEstimator<std::complex<float>>;
template class ColouredEstimator<std::complex<double>>;

}  // namespace pellucid
