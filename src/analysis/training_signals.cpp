// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/training_signals.hpp"

#include <fmt/format.h>

#include <Eigen/QR>
#include <algorithm>
#include <array>
#include <cmath>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"
#include "pellucid/denoiser/linear_filter.hpp"

namespace pellucid {

namespace {

constexpr std::array<std::pair<Fresh, std::string_view>, 3> choices{{
    {Fresh::none, "none"},
    {Fresh::noise, "noise"},
    {Fresh::all, "all"},
}};

// Orthonormal columns, uniform among all such (the Q of a Gaussian matrix).
template <class T>
Matrix<T> random_basis(Index dim, Index count, std::uint64_t seed) {
  Matrix<T> gaussian(dim, count);
  RandomStream(seed, Purpose::probe).normal<T>(0, 0, gaussian);
  const Eigen::HouseholderQR<Matrix<T>> qr(gaussian);
  return qr.householderQ() * Matrix<T>::Identity(dim, count);
}

}  // namespace

std::string_view name(Fresh fresh) { return choices.at(static_cast<std::size_t>(fresh)).second; }

Fresh parse_fresh(std::string_view text) {
  for (const auto& [fresh, known] : choices) {
    if (known == text) return fresh;
  }
  throw Error(fmt::format("unknown choice '{}': choose one of none, noise, all", text));
}

void SpikedSignals::validate() const {
  const auto count = static_cast<Index>(spikes.size());
  if (count < 1) throw Error("spikes: none given: give the variance of at least one component");
  if (dim < count) {
    throw Error(fmt::format("dim: {} for {} spikes: give at least as many dimensions", dim, count));
  }
  const Index least = centre ? 2 : 1;
  if (samples < least) throw Error(fmt::format("samples: {}: give {} or more", samples, least));
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    if (!(spikes[i] >= 0) || !std::isfinite(spikes[i])) {
      throw Error(fmt::format("spikes: {}: a variance is finite and not negative", spikes[i]));
    }
    if (i > 0 && spikes[i] > spikes[i - 1]) {
      throw Error(fmt::format("spikes: {} after {}: give them in descending order", spikes[i],
                              spikes[i - 1]));
    }
  }
}

template <class T>
TrainingSignals<T>::TrainingSignals(const SpikedSignals& model, Fresh fresh, std::uint64_t seed)
    : model_(model), samples_(model.samples), fresh_(fresh), seed_(seed) {
  model.validate();
  mean_ = Vector<T>::Zero(model.dim);
  const auto count = static_cast<Index>(model.spikes.size());
  variances_ = Eigen::Map<const Eigen::VectorXd>(model.spikes.data(), count);
  basis_ = model.basis == SpikedSignals::Basis::random
               ? random_basis<T>(model.dim, count, seed)
               : Matrix<T>::Identity(model.dim, count).eval();
}

template <class T>
TrainingSignals<T>::TrainingSignals(Matrix<T> signals, Index components, Fresh fresh,
                                    std::uint64_t seed)
    : signals_(std::move(signals)), samples_(signals_.cols()), fresh_(fresh), seed_(seed) {
  if (fresh == Fresh::all) {
    throw Error(
        "fresh signals at every level can only be drawn from a model: choose none or noise");
  }
  SampleSpectrum<T> spectrum = sample_spectrum<T>(signals_, components, true);
  if (spectrum.rank() == 0) {
    throw Error("all signals are equal, or no components are asked for: there is nothing to find");
  }
  signals_.colwise() -= spectrum.mean;
  mean_ = std::move(spectrum.mean);
  basis_ = std::move(spectrum.eigenvectors);
  variances_ = std::move(spectrum.eigenvalues);
}

template <class T>
Matrix<T> TrainingSignals<T>::draw(Index first, Index count, std::uint32_t repeat,
                                   Index level) const {
  Matrix<T> coefficients(components(), count);
  RandomStream(seed_, Purpose::prior_draw, repeat)
      .normal<T>(static_cast<std::uint64_t>(first), static_cast<std::uint32_t>(level),
                 coefficients);
  coefficients.array().colwise() *= variances_.array().sqrt().template cast<T>();
  Matrix<T> drawn = Matrix<T>::Zero(dim(), count);
  if (model_->basis == SpikedSignals::Basis::canonical) {
    drawn.topRows(components()) = coefficients;
  } else {
    linalg::multiply<T>(linalg::Op::none, T(1), basis_, coefficients, T(0), drawn);
  }
  return drawn;
}

template <class T>
Matrix<T> TrainingSignals<T>::clean(std::uint32_t repeat, Index level) const {
  if (!model_) return signals_;
  return draw(0, samples_, repeat, fresh_ == Fresh::all ? level : 0);
}

template <class T>
Matrix<T> TrainingSignals<T>::noisy(std::uint32_t repeat, Index level, double noise_std) const {
  Matrix<T> noise(dim(), samples_);
  RandomStream(seed_, Purpose::observation_noise, repeat)
      .normal<T>(0, static_cast<std::uint32_t>(fresh_ == Fresh::none ? 0 : level), noise);
  return clean(repeat, level) + T(noise_std) * noise;
}

template <class T>
Matrix<T> TrainingSignals<T>::unseen(Index count, std::uint32_t repeat) const {
  if (!model_) throw Error("unseen signals can only be drawn from a model: these are data");
  return draw(samples_, count, repeat, 0);
}

template class TrainingSignals<double>;
template class TrainingSignals<std::complex<double>>;

}  // namespace pellucid
