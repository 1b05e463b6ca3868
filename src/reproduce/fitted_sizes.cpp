// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/fitted_sizes.hpp"

#include "reproduce/figure_parts.hpp"

namespace pellucid::reproduce {

namespace {

void set_levels(DataSizes& sizes, bool quick) {
  sizes.snr_db = quick ? std::vector<double>{-10, 0, 20} : std::vector<double>{-20, -10, 0, 10, 20};
  sizes.steps = quick ? std::vector<int>{5, 300} : std::vector<int>{5, 10, 50, 100, 300};
}

}  // namespace

DataSizes image_sizes(const ReproduceOptions& options) {
  DataSizes sizes;
  sizes.data = options.images.string();
  set_levels(sizes, options.quick);
  sizes.side = options.quick ? 14 : 28;
  sizes.samples = options.quick ? 300 : 400;
  sizes.fit = options.quick ? FitSizes{8, 3000, 4} : FitSizes{128, 20'000, 6};
  return sizes;
}

DataSizes speech_sizes(const ReproduceOptions& options) {
  DataSizes sizes;
  sizes.data = options.sounds.string();
  set_levels(sizes, options.quick);
  sizes.window = options.quick ? 64 : 512;
  sizes.samples = options.quick ? 600 : 500;
  sizes.fit = options.quick ? FitSizes{8, 5000, 8} : FitSizes{128, 30'000, 15};
  return sizes;
}

RunSettings settings_of(const DataSizes& sizes, const ReproduceOptions& options) {
  return {{"data", setting(sizes.data)},
          {"size", setting(sizes.window > 0 ? sizes.window : sizes.side)},
          {"fit", setting(text_of(sizes.fit))},
          {"samples", setting(sizes.samples)},
          {"snr_db", setting(sizes.snr_db)},
          {"steps", setting(sizes.steps)},
          {"schedule", setting("linear, the papers'")},
          {"seed", setting(options.seed)}};
}

FittedImages images_of(const DataSizes& sizes, const ReproduceOptions& options, Monitor* monitor) {
  return fitted_images(options, sizes.side, sizes.fit, sizes.samples, monitor);
}

FittedSpeech speech_of(const DataSizes& sizes, const ReproduceOptions& options, Monitor* monitor) {
  return fitted_speech(options, sizes.window, sizes.fit, sizes.samples, monitor);
}

}  // namespace pellucid::reproduce
