// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/noise/noise_estimate.hpp"

#include <fmt/format.h>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

constexpr std::array<std::string_view, 5> estimator_names{"auto", "median", "edge", "wavelet",
                                                          "likelihood"};
constexpr std::array<std::string_view, 4> certainty_names{"sure", "fair", "bound", "doubtful"};

}  // namespace

std::string_view name(NoiseEstimator estimator) {
  return estimator_names[static_cast<std::size_t>(estimator)];
}

std::string_view name(NoiseCertainty certainty) {
  return certainty_names[static_cast<std::size_t>(certainty)];
}

NoiseEstimator parse_noise_estimator(std::string_view text) {
  for (std::size_t i = 0; i < estimator_names.size(); ++i) {
    if (text == estimator_names[i]) return static_cast<NoiseEstimator>(i);
  }
  throw Error(
      fmt::format("unknown noise estimator '{}': choose one of auto, median, edge, wavelet, "
                  "likelihood",
                  text));
}

}  // namespace pellucid
