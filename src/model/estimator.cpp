// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/estimator.hpp"

#include <fmt/format.h>

#include "pellucid/denoiser/diagonal_mixture_denoiser.hpp"
#include "pellucid/denoiser/factor_mixture_denoiser.hpp"
#include "pellucid/denoiser/mixture_denoiser.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/model/normalise.hpp"
#include "pellucid/network/network_denoiser.hpp"

namespace pellucid {

namespace {

Model checked(Model model) {
  model.validate();
  return model;
}

// The last check before numbers leave: never a NaN in a result.
template <class T>
Matrix<T> finite(Matrix<T> result) {
  if (!result.allFinite()) {
    throw Error(
        "the result is not finite: the data or the noise exceed the range of the arithmetic");
  }
  return result;
}

}  // namespace

template <class T>
std::unique_ptr<const ExactDenoiser<T>> exact_denoiser(const Model& model, int threads) {
  return std::visit(
      [threads](const auto& prior) -> std::unique_ptr<const ExactDenoiser<T>> {
        using Prior = std::decay_t<decltype(prior)>;
        if constexpr (std::is_same_v<Prior, GaussianMixture<Wide<T>>>) {
          return std::make_unique<MixtureDenoiser<T>>(prior, threads);
        } else if constexpr (std::is_same_v<Prior, DiagonalMixture<Wide<T>>>) {
          return std::make_unique<DiagonalMixtureDenoiser<T>>(prior);
        } else if constexpr (std::is_same_v<Prior, FactorMixture<Wide<T>>>) {
          return std::make_unique<FactorMixtureDenoiser<T>>(prior);
        } else if constexpr (std::is_same_v<Prior, NetworkPrior<Wide<T>>>) {
          throw Error(
              "the model is a network, whose posterior is not known exactly: give a gaussian, "
              "mixture or pca model");
        } else {
          return std::make_unique<MixtureDenoiser<T>>(prior);
        }
      },
      prior_as<Wide<T>>(model));
}

template <class T>
std::unique_ptr<const Denoiser<T>> denoiser_of(const Model& model, int threads) {
  const auto* network = std::get_if<NetworkPrior<Wide<T>>>(&prior_as<Wide<T>>(model));
  if (network == nullptr) return exact_denoiser<T>(model, threads);
  return std::make_unique<NetworkDenoiser<T>>(*network, model.schedule);
}

template <class T>
Estimator<T>::Estimator(Model model, int threads) : Estimator(std::move(model), nullptr) {
  denoiser_ = denoiser_of<T>(model_, threads);
}

template <class T>
Estimator<T>::Estimator(Model model, std::unique_ptr<const Denoiser<T>> denoiser)
    : model_(normalised(checked(std::move(model)))),
      mean_(mean_signal<Wide<T>>(model_).template cast<T>()),
      scale_(static_cast<RealOf<T>>(model_.scale)),
      transform_(model_.transform, model_.shape),
      denoiser_(std::move(denoiser)) {}

template <class T>
Matrix<T> Estimator<T>::to_model_units(ConstBatch<T> x) const {
  Matrix<T> result = x.colwise() - mean_;
  transform_.forward(result);
  result /= scale_;
  return result;
}

template <class T>
Matrix<T> Estimator<T>::to_user_units(Matrix<T> x) const {
  x *= scale_;
  transform_.inverse(x);
  x.colwise() += mean_;
  return x;
}

template <class T>
Matrix<T> Estimator<T>::denoise(ConstBatch<T> noisy, const Noise& noise,
                                const EstimateOptions& options, Monitor* monitor,
                                double* evaluations) const {
  if (noisy.rows() != model_.dim()) {
    throw Error(fmt::format("noisy samples have {} entries, the model's have {}", noisy.rows(),
                            model_.dim()));
  }
  const std::vector<double> variances = noise.model_variances(model_);
  Matrix<T> estimates(noisy.rows(), noisy.cols());
  const double used = estimate<T>(*denoiser_, model_.schedule, model_.calibration,
                                  to_model_units(noisy), variances, options, estimates, monitor);
  if (evaluations != nullptr) *evaluations = used;
  return finite<T>(to_user_units(std::move(estimates)));
}

template <class T>
Matrix<T> Estimator<T>::sample(Index count, const GenerateOptions& options,
                               Monitor* monitor) const {
  if (count < 0) throw Error(fmt::format("{} samples asked for: give 0 or more", count));
  Matrix<T> samples(model_.dim(), count);
  generate<T>(*denoiser_, model_.schedule, options, samples, monitor);
  return finite<T>(to_user_units(std::move(samples)));
}

template <class T>
Matrix<T> draw(const Model& model, Index count, std::uint64_t seed) {
  Matrix<Wide<T>> samples = std::visit([&](const auto& prior) { return draw(prior, count, seed); },
                                       prior_as<Wide<T>>(model));
  samples *= Wide<T>(model.scale);
  SampleTransform<Wide<T>>(model.transform, model.shape).inverse(samples);
  samples.colwise() += mean_signal<Wide<T>>(model);
  return samples.template cast<T>();
}

template <class T>
using AnyDenoiser = std::unique_ptr<const Denoiser<T>>;
template <class T>
using OwnedDenoiser = std::unique_ptr<const ExactDenoiser<T>>;

#define PELLUCID_INSTANTIATE(T)                                   \
  template class Estimator<T>;                                    \
  template OwnedDenoiser<T> exact_denoiser<T>(const Model&, int); \
  template AnyDenoiser<T> denoiser_of<T>(const Model&, int);      \
  template Matrix<T> draw<T>(const Model&, Index, std::uint64_t);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
