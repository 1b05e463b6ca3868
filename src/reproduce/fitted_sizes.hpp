// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/run_settings.hpp"
#include "reproduce/fitted_mixture.hpp"

namespace pellucid::reproduce {

/// Sizes of the experiments on images and on speech, the same for draws and for real data, so that
/// both use one fitted model.
struct DataSizes {
  std::string data;  ///< the folder
  Index side = 28;   ///< of pictures, in pixels
  Index window = 0;  ///< of speech, in samples
  Index samples = 0;
  std::vector<double> snr_db;
  std::vector<int> steps;  ///< T
  FitSizes fit;
};

[[nodiscard]] DataSizes image_sizes(const ReproduceOptions& options);
[[nodiscard]] DataSizes speech_sizes(const ReproduceOptions& options);
[[nodiscard]] RunSettings settings_of(const DataSizes& sizes, const ReproduceOptions& options);

[[nodiscard]] FittedImages images_of(const DataSizes& sizes, const ReproduceOptions& options,
                                     Monitor* monitor);
[[nodiscard]] FittedSpeech speech_of(const DataSizes& sizes, const ReproduceOptions& options,
                                     Monitor* monitor);

}  // namespace pellucid::reproduce
