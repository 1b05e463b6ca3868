// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/posterior_estimator.hpp"

#include "model/dense_prior.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/model/normalise.hpp"

namespace pellucid {

namespace {

Model ready(Model model) {
  model.validate();
  require_whole_samples(model, "posterior of their own");
  return normalised(std::move(model));
}

template <class T>
MixturePosterior<T> posterior_of(const Model& model, const LinearObservation<Wide<T>>& observation,
                                 int threads) {
  return std::visit(
      [&](const auto& prior) {
        if constexpr (std::is_same_v<std::decay_t<decltype(prior)>, LowRank<Wide<T>>>) {
          return MixturePosterior<T>(prior, observation);
        } else {
          return MixturePosterior<T>(prior, observation, threads);
        }
      },
      dense_prior<Wide<T>>(model));
}

template <class T>
Vector<T> observed_mean(const LinearObservation<Wide<T>>& observation,
                        const Vector<Wide<T>>& mean) {
  if (observation.is_identity()) return mean.template cast<T>();
  return (observation.matrix * mean).eval().template cast<T>();
}

template <class T>
Matrix<T> finite(Matrix<T> result) {
  if (result.allFinite()) return result;
  throw Error("the result is not finite: the data or the noise exceed the range of the arithmetic");
}

}  // namespace

// The observation of a model's own units: (y - A o) / s = A (x - o) / s + n / s.
template <class T>
PosteriorEstimator<T>::PosteriorEstimator(Model model,
                                          const LinearObservation<Wide<T>>& observation,
                                          int threads)
    : model_(ready(std::move(model))),
      scale_(static_cast<RealOf<T>>(model_.scale)),
      posterior_(posterior_of<T>(model_, observation, threads)) {
  const Vector<Wide<T>> mean = mean_signal<Wide<T>>(model_);
  mean_ = mean.template cast<T>();
  observed_mean_ = observed_mean<T>(observation, mean);
}

template <class T>
Matrix<T> PosteriorEstimator<T>::to_model_units(ConstBatch<T> y) const {
  if (y.rows() != posterior_.observed()) return y;  // refused by the posterior
  return (y.colwise() - observed_mean_) / T(scale_);
}

template <class T>
Matrix<T> PosteriorEstimator<T>::to_user_units(Matrix<T> x) const {
  x *= T(scale_);
  x.colwise() += mean_;
  return finite<T>(std::move(x));
}

template <class T>
Matrix<T> PosteriorEstimator<T>::mean(ConstBatch<T> y, const Noise& noise, int threads,
                                      Monitor* monitor) const {
  return to_user_units(
      posterior_.mean(to_model_units(y), noise.model_variances(model_), threads, monitor));
}

template <class T>
PosteriorMoments<T> PosteriorEstimator<T>::moments(ConstBatch<T> y, const Noise& noise, int threads,
                                                   Monitor* monitor) const {
  auto moments =
      posterior_.moments(to_model_units(y), noise.model_variances(model_), threads, monitor);
  return {to_user_units(std::move(moments.mean)),
          finite<RealOf<T>>(moments.variance * (scale_ * scale_))};
}

template <class T>
Matrix<T> PosteriorEstimator<T>::draw(ConstBatch<T> y, const Noise& noise, Index count,
                                      std::uint64_t seed, std::uint64_t first, int threads,
                                      Monitor* monitor) const {
  return to_user_units(posterior_.draw(to_model_units(y), noise.model_variances(model_), count,
                                       seed, first, threads, monitor));
}

template class PosteriorEstimator<float>;
template class PosteriorEstimator<double>;
template class PosteriorEstimator<std::complex<float>>;
template class PosteriorEstimator<std::complex<double>>;

}  // namespace pellucid
