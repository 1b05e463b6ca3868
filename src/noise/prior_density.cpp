// SPDX-License-Identifier: BSD-3-Clause
#include "noise/prior_density.hpp"

#include <complex>
#include <span>

#include "pellucid/model/access.hpp"

namespace pellucid {

namespace {

template <class V>
using Densities =
    std::variant<MixturePosterior<V>, const DiagonalMixture<V>*, const FactorMixture<V>*>;

// White noise of a sound, seen through the window of short-time spectra: neighbouring bins have the
// correlation -1/2 (`Framing::noise_gain`). None for other vectors.
template <class V>
LinearObservation<V> noise_of(const Model& model) {
  LinearObservation<V> observation;
  if (model.framing.kind == Framing::Kind::stft && model.transform == Transform::none) {
    const Index bins = model.dim();
    observation.noise_covariance = Matrix<V>::Identity(bins, bins);
    observation.noise_covariance.diagonal(1).setConstant(V(-0.5));
    observation.noise_covariance.diagonal(-1).setConstant(V(-0.5));
  }
  return observation;
}

template <class V>
Densities<V> densities_of(const Model& model, int threads) {
  const LinearObservation<V> noise = noise_of<V>(model);
  return std::visit(
      [&](const auto& prior) -> Densities<V> {
        using Prior = std::decay_t<decltype(prior)>;
        if constexpr (std::is_same_v<Prior, GaussianMixture<V>>) {
          return MixturePosterior<V>(prior, noise, threads);
        } else if constexpr (std::is_same_v<Prior, DiagonalMixture<V>> ||
                             std::is_same_v<Prior, FactorMixture<V>>) {
          if (!noise.is_white()) return MixturePosterior<V>(dense(prior), noise, threads);
          return &prior;
        } else if constexpr (std::is_same_v<Prior, NetworkPrior<V>>) {
          throw Error(
              "the model is a network, whose density is not known: choose another estimator, or "
              "give a gaussian, mixture or pca model");
        } else {
          return MixturePosterior<V>(prior, noise);
        }
      },
      prior_as<V>(model));
}

}  // namespace

template <class V>
PriorDensity<V>::PriorDensity(const Model& model, int threads)
    : density_(densities_of<V>(model, threads)), threads_(threads) {}

template <class V>
Eigen::VectorXd PriorDensity<V>::operator()(ConstBatch<V> x, double noise_variance,
                                            Monitor* monitor) const {
  if (monitor != nullptr && monitor->stop_requested()) throw Stopped();
  if (const auto* posterior = std::get_if<MixturePosterior<V>>(&density_)) {
    return posterior->log_density(x, std::span(&noise_variance, 1), threads_);
  }
  if (const auto* const* diagonal = std::get_if<const DiagonalMixture<V>*>(&density_)) {
    return log_density<V>(**diagonal, x, noise_variance, threads_);
  }
  return log_density<V>(*std::get<const FactorMixture<V>*>(density_), x, noise_variance, threads_);
}

template class PriorDensity<double>;
template class PriorDensity<std::complex<double>>;

}  // namespace pellucid
