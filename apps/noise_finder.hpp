// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <complex>
#include <optional>
#include <string>

#include "inputs.hpp"
#include "pellucid/noise/automatic_noise.hpp"

namespace pellucid::app {

/// Finds noise levels of signals by one estimator, with a model or without; what the model has to
/// be prepared for is done once, when first needed.
class NoiseFinder {
 public:
  /// `model` may be null and outlives the finder.
  NoiseFinder(const Model* model, NoiseEstimator estimator, int threads);

  /// One level of all signals in the sample.
  template <class T>
  [[nodiscard]] NoiseEstimate find(const NoiseSample<T>& sample, Monitor* monitor);
  /// One level of a file's signals, of which a bounded number is read.
  [[nodiscard]] NoiseEstimate find(const InputFile& file, Monitor* monitor);

 private:
  template <class T>
  const LikelihoodNoise<T>* likelihood();

  const Model* model_;
  NoiseEstimator estimator_;
  int threads_;
  std::optional<LikelihoodNoise<double>> real_;
  std::optional<LikelihoodNoise<std::complex<double>>> complex_;
};

/// The estimator of that name; wrong usage for another.
[[nodiscard]] NoiseEstimator parse_estimator_argument(const std::string& text);

/// "0.52 (0.51 to 0.53) by likelihood, sure", with what is to say beside.
[[nodiscard]] std::string noise_text(const NoiseEstimate& noise);

}  // namespace pellucid::app
