// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/fitted_sizes.hpp"

#include <algorithm>

#include "pellucid/schedule/schedule.hpp"
#include "reproduce/figure_parts.hpp"

namespace pellucid::reproduce {

namespace {

constexpr double low_db = -10, middle_db = 0, high_db = 20;

// How many observations at some SNR and above.
struct Count {
  double from_db = 0.0;
  int count = 0;
};

// By SNR, of counts from the noisiest.
std::vector<int> counts_of(const std::vector<double>& snr_db, const std::vector<Count>& counts) {
  std::vector<int> result;
  for (const double snr : snr_db) {
    result.push_back(0);
    for (const Count& some : counts) {
      if (snr >= some.from_db) result.back() = some.count;
    }
  }
  return result;
}

void set_levels(DataSizes& sizes, bool quick) {
  if (quick) {
    sizes.snr_db = {low_db, middle_db, high_db};
    sizes.steps = {5, 300};
  } else {
    for (double snr = -20; snr <= 30; snr += 5) sizes.snr_db.push_back(snr);
    sizes.steps = {5, 10, 50, 100, 300, 1000};
  }
  sizes.detailed = {low_db, middle_db, high_db};
}

Index most_of(const std::vector<int>& counts) {
  return *std::max_element(counts.begin(), counts.end());
}

RunSettings common_settings(const DataSizes& sizes, const ReproduceOptions& options) {
  return {{"data", setting(sizes.data)},
          {"size", setting(sizes.window > 0 ? sizes.window : sizes.side)},
          {"fit", setting(text_of(sizes.fit))},
          {"snr_db", setting(sizes.snr_db)},
          {"steps", setting(sizes.steps)},
          {"schedule", setting("linear, the papers'")},
          {"seed", setting(options.seed)}};
}

}  // namespace

DataSizes image_sizes(const ReproduceOptions& options) {
  DataSizes sizes;
  sizes.data = options.images.string();
  set_levels(sizes, options.quick);
  if (options.quick) {
    sizes.side = 14;
    sizes.draws = sizes.test = counts_of(sizes.snr_db, {{low_db, 300}});
    sizes.detailed_draws = 300;
    sizes.fit = FitSizes{8, 3000, 4};
    sizes.network = {"mlp", 20'000, 208, 8, 24, 6};
    sizes.network_draws = 300;
  } else {
    sizes.side = 28;
    sizes.draws =
        counts_of(sizes.snr_db,
                  {{-20, 48}, {low_db, 144}, {-5, 48}, {middle_db, 96}, {5, 144}, {high_db, 288}});
    sizes.test =
        counts_of(sizes.snr_db, {{-20, 48}, {low_db, 72}, {-5, 48}, {middle_db, 72}, {5, 144}});
    sizes.detailed_draws = 288;
    sizes.fit = FitSizes{128, 20'000, 6};
    sizes.network = {"mlp", 60'000, 512, 32, 24, 60};
    sizes.network_draws = 288;
  }
  return sizes;
}

DataSizes speech_sizes(const ReproduceOptions& options) {
  DataSizes sizes;
  sizes.data = options.sounds.string();
  set_levels(sizes, options.quick);
  if (options.quick) {
    sizes.window = 64;
    sizes.draws = counts_of(sizes.snr_db, {{low_db, 600}, {high_db, 4000}});
    sizes.test = counts_of(sizes.snr_db, {{low_db, 600}});
    sizes.detailed_draws = 600;
    sizes.fit = FitSizes{8, 5000, 8};
    sizes.network = {"mlp", 20'000, 128, 16, 16, 10};
    sizes.network_draws = 600;
  } else {
    sizes.window = 512;
    sizes.draws = counts_of(sizes.snr_db, {{-20, 60},
                                           {low_db, 150},
                                           {-5, 60},
                                           {middle_db, 150},
                                           {10, 500},
                                           {high_db, 10'000},
                                           {25, 3000}});
    sizes.test =
        counts_of(sizes.snr_db, {{-20, 72}, {low_db, 144}, {-5, 72}, {middle_db, 144}, {5, 288}});
    sizes.detailed_draws = 150;
    sizes.fit = FitSizes{128, 30'000, 15};
    sizes.network = {"mlp", 150'000, 256, 64, 24, 20};
    sizes.network_draws = 500;
  }
  return sizes;
}

RunSettings draws_settings(const DataSizes& sizes, const ReproduceOptions& options) {
  RunSettings settings = common_settings(sizes, options);
  settings.emplace_back("draws", setting(sizes.draws));
  settings.emplace_back("detailed_snr_db", setting(sizes.detailed));
  settings.emplace_back("detailed_draws", setting(sizes.detailed_draws));
  settings.emplace_back("network", setting(text_of(sizes.network)));
  settings.emplace_back("network_draws", setting(sizes.network_draws));
  settings.emplace_back("flow_step", setting(flow_step));
  settings.emplace_back("flow_end_db", setting(Schedule().max_snr_db()));
  return settings;
}

RunSettings real_settings(const DataSizes& sizes, const ReproduceOptions& options) {
  RunSettings settings = common_settings(sizes, options);
  settings.emplace_back("test", setting(sizes.test));
  return settings;
}

FittedImages images_of(const DataSizes& sizes, const ReproduceOptions& options, Monitor* monitor) {
  return fitted_images(options, sizes.side, sizes.fit, most_of(sizes.test), monitor);
}

FittedSpeech speech_of(const DataSizes& sizes, const ReproduceOptions& options, Monitor* monitor) {
  return fitted_speech(options, sizes.window, sizes.fit, most_of(sizes.test), monitor);
}

}  // namespace pellucid::reproduce
