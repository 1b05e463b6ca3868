// SPDX-License-Identifier: BSD-3-Clause
#include "noise_finder.hpp"

#include <fmt/format.h>

#include "arguments.hpp"

namespace pellucid::app {

NoiseFinder::NoiseFinder(const Model* model, NoiseEstimator estimator, int threads)
    : model_(model), estimator_(estimator), threads_(threads) {}

template <class T>
const LikelihoodNoise<T>* NoiseFinder::likelihood() {
  const bool asks =
      estimator_ == NoiseEstimator::likelihood || estimator_ == NoiseEstimator::automatic;
  if (model_ == nullptr || !asks) return nullptr;
  // A network has no density; what remains to choose from needs no model.
  if (estimator_ == NoiseEstimator::automatic && model_->kind() == "network") return nullptr;
  const auto prepared = [&](auto& made) {
    if (!made) made.emplace(*model_, threads_);
    return &*made;
  };
  if constexpr (is_complex<T>) {
    return prepared(complex_);
  } else {
    return prepared(real_);
  }
}

template <class T>
NoiseEstimate NoiseFinder::find(const NoiseSample<T>& sample, Monitor* monitor) {
  return estimate_noise(sample, estimator_, likelihood<T>(), monitor);
}

NoiseEstimate NoiseFinder::find(const InputFile& file, Monitor* monitor) {
  return file.named([&] {
    if (is_complex_type(file.type())) {
      return find(sample_for_noise(InputSignals<std::complex<double>>(file)), monitor);
    }
    return find(sample_for_noise(InputSignals<double>(file)), monitor);
  });
}

template NoiseEstimate NoiseFinder::find<double>(const NoiseSample<double>&, Monitor*);
template NoiseEstimate NoiseFinder::find<std::complex<double>>(
    const NoiseSample<std::complex<double>>&, Monitor*);

NoiseEstimator parse_estimator_argument(const std::string& text) {
  try {
    return parse_noise_estimator(text);
  } catch (const Error& error) {
    throw UsageError(fmt::format("--estimator: {}", error.what()));
  }
}

std::string noise_text(const NoiseEstimate& noise) {
  const std::string range =
      noise.interval[0] > 0 ? fmt::format("{:.4g} to {:.4g}", noise.interval[0], noise.interval[1])
                            : fmt::format("at most {:.4g}", noise.interval[1]);
  const std::string remark = noise.note.empty() ? "" : ": " + noise.note;
  return fmt::format("{:.4g} ({}) by {}, {}{}", noise.noise_std, range, name(noise.estimator),
                     name(noise.certainty), remark);
}

}  // namespace pellucid::app
