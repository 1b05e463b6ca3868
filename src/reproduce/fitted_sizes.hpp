// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/run_settings.hpp"
#include "reproduce/fitted_mixture.hpp"
#include "reproduce/kept_model.hpp"

namespace pellucid::reproduce {

/// Sizes of the experiments on images and on speech, the same for draws and for real data, so that
/// both use one fitted model.
struct DataSizes {
  std::string data;  ///< the folder
  Index side = 28;   ///< of pictures, in pixels
  Index window = 0;  ///< of speech, in samples
  std::vector<double> snr_db;
  std::vector<int> draws;        ///< of the mixture, for every SNR: many where steps are few
  std::vector<double> detailed;  ///< SNRs where start and forwarding are told apart
  int detailed_draws = 0;        ///< the first of the draws, for that
  std::vector<int> test;         ///< real samples, for every SNR
  std::vector<int> steps;        ///< T
  FitSizes fit;
  NetworkSizes network;   ///< trained on draws of the mixture
  int network_draws = 0;  ///< the first of the draws, for the network
};

[[nodiscard]] DataSizes image_sizes(const ReproduceOptions& options);
[[nodiscard]] DataSizes speech_sizes(const ReproduceOptions& options);
/// Of the experiments with draws and with real data.
[[nodiscard]] RunSettings draws_settings(const DataSizes& sizes, const ReproduceOptions& options);
[[nodiscard]] RunSettings real_settings(const DataSizes& sizes, const ReproduceOptions& options);

/// Of the flow that forwarding tends to: steps in the logarithm of the noise variance.
inline constexpr double flow_step = 0.2;

[[nodiscard]] FittedImages images_of(const DataSizes& sizes, const ReproduceOptions& options,
                                     Monitor* monitor);
[[nodiscard]] FittedSpeech speech_of(const DataSizes& sizes, const ReproduceOptions& options,
                                     Monitor* monitor);

}  // namespace pellucid::reproduce
