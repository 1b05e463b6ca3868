// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/coloured_estimator.hpp"

#include <fmt/format.h>

#include "linalg/blas.hpp"
#include "model/dense_prior.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/model/normalise.hpp"
#include "posterior/observation_space.hpp"

namespace pellucid {

namespace {

constexpr Index samples_together = 256;

// s^2 L^-1 C L^-H.
template <class T>
Matrix<T> whitened(const Matrix<T>& factor, Matrix<T> covariance, double scale) {
  linalg::solve_lower<T>(factor, covariance);
  covariance.adjointInPlace();
  linalg::solve_lower<T>(factor, covariance);
  linalg::fill_upper<T>(covariance);
  return covariance * (scale * scale);
}

template <class T>
GaussianMixture<T> whitened(const Matrix<T>& factor, GaussianMixture<T> prior, double scale) {
  linalg::solve_lower<T>(factor, prior.means);
  prior.means *= T(scale);
  for (Matrix<T>& covariance : prior.covariances) {
    covariance = whitened<T>(factor, std::move(covariance), scale);
  }
  return prior;
}

template <class T>
LowRank<T> whitened(const Matrix<T>& factor, const LowRank<T>& prior, double scale) {
  Matrix<T> root = prior.eigenvectors * prior.eigenvalues.cwiseSqrt().asDiagonal() * T(scale);
  linalg::solve_lower<T>(factor, root);
  Matrix<T> mean = prior.mean * T(scale);
  linalg::solve_lower<T>(factor, mean);
  return leading_components(Gaussian<T>{mean.col(0), root * root.adjoint()}, prior.rank());
}

Model checked(Model model) {
  model.validate();
  require_whole_samples(model, "noise covariance of their own");
  return normalised(std::move(model));
}

// The model of L^-1 (x - o).
template <class T>
Model white_model(const Model& model, const Matrix<T>& factor) {
  Model white;
  white.shape = {model.dim()};
  white.offset = Eigen::VectorXcd::Zero(model.dim());
  white.schedule = model.schedule;
  std::visit(
      [&](const auto& prior) {
        const auto known = whitened(factor, prior, model.scale);
        white.power = average_variance(known);
        white.prior.emplace<is_complex<T> ? 1 : 0>(known);
      },
      dense_prior<T>(model));
  return white;
}

template <class T>
Matrix<T> factor_of(const Model& model, const Matrix<T>& covariance) {
  LinearObservation<T>{{}, covariance}.validate(model.dim());
  return noise_factor(covariance);
}

}  // namespace

template <class T>
struct ColouredEstimator<T>::Ready {
  Ready(Model model, const Matrix<Wide<T>>& covariance) {
    model = checked(std::move(model));
    factor = factor_of<Wide<T>>(model, covariance);
    mean = mean_signal<Wide<T>>(model);
    white = white_model<Wide<T>>(model, factor);
  }

  Vector<Wide<T>> mean;
  Matrix<Wide<T>> factor;
  Model white;
};

template <class T>
ColouredEstimator<T>::ColouredEstimator(Model model, const Matrix<Wide<T>>& covariance, int threads)
    : ColouredEstimator(Ready(std::move(model), covariance), threads) {}

template <class T>
ColouredEstimator<T>::ColouredEstimator(Ready ready, int threads)
    : mean_(std::move(ready.mean)),
      factor_(std::move(ready.factor)),
      white_(std::move(ready.white), threads) {}

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
