// SPDX-License-Identifier: BSD-3-Clause
#include "block_estimator.hpp"

namespace pellucid::app {

template <class T>
BlockEstimator<T>::BlockEstimator(const Model& model, const Observation& observation,
                                  bool wants_deviations, int threads, Index block_entries)
    : wants_deviations_(wants_deviations) {
  const auto& known = std::get<LinearObservation<Wide<T>>>(observation);
  if (!known.is_identity()) {
    posterior_.emplace(model, known, threads);
    return;
  }
  if (known.is_white()) {
    signals_.emplace(model, threads, block_entries);
  } else {
    coloured_.emplace(model, known.noise_covariance, threads);
  }
  if (wants_deviations) posterior_.emplace(model, known, threads);
}

template <class T>
Index BlockEstimator<T>::block_of(Index most) const {
  if (!posterior_) return most;
  const Index tile = posterior_->posterior().batch();
  return std::max(tile, most / tile * tile);
}

template <class T>
Matrix<T> BlockEstimator<T>::mean_of_draws(ConstBatch<T> y, const Noise& noise,
                                           const EstimateOptions& options, Monitor* monitor) const {
  const Index count = options.method == Method::average ? options.draws : 1;
  Matrix<T> draws = posterior_->draw(y, noise, count, options.seed, options.first_sample,
                                     options.threads, monitor);
  if (count == 1) return draws;
  Matrix<T> means(draws.rows(), y.cols());
  for (Index j = 0; j < y.cols(); ++j) {
    means.col(j) = draws.middleCols(j * count, count).rowwise().mean();
  }
  return means;
}

template <class T>
BlockEstimates<T> BlockEstimator<T>::observed(ConstBatch<T> y, const Noise& noise,
                                              const EstimateOptions& options,
                                              Monitor* monitor) const {
  const bool draws = options.method == Method::sample || options.method == Method::average;
  BlockEstimates<T> block;
  block.evaluations = options.method == Method::average ? options.draws : 1;
  if (wants_deviations_) {
    auto moments = posterior_->moments(y, noise, options.threads, monitor);
    block.deviations = moments.variance.cwiseSqrt();
    if (!draws) block.signals = std::move(moments.mean);
  } else if (!draws) {
    block.signals = posterior_->mean(y, noise, options.threads, monitor);
  }
  if (draws) block.signals = mean_of_draws(y, noise, options, monitor);
  return block;
}

template <class T>
BlockEstimates<T> BlockEstimator<T>::estimate(ConstBatch<T> noisy, const std::vector<Index>& shape,
                                              const Noise& noise, const EstimateOptions& options,
                                              Monitor* monitor) const {
  if (!signals_ && !coloured_) return observed(noisy, noise, options, monitor);
  BlockEstimates<T> block;
  block.signals = signals_
                      ? signals_->denoise(noisy, shape, noise, options, monitor, &block.evaluations)
                      : coloured_->denoise(noisy, options, monitor, &block.evaluations);
  if (wants_deviations_) {
    block.deviations =
        posterior_->moments(noisy, noise, options.threads, nullptr).variance.cwiseSqrt();
  }
  return block;
}

template class BlockEstimator<float>;
template class BlockEstimator<double>;
template class BlockEstimator<std::complex<float>>;
template class BlockEstimator<std::complex<double>>;

}  // namespace pellucid::app
