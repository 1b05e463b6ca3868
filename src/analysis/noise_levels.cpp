// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/noise_levels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "pellucid/base/error.hpp"

namespace pellucid {

void check_noise_levels(const std::vector<double>& noise_std) {
  if (noise_std.empty()) throw Error("noise levels: none given: give at least one");
  for (const double level : noise_std) {
    if (!(level > 0) || !std::isfinite(level)) {
      throw Error(fmt::format("noise levels: standard deviation {}: it must be positive and finite",
                              level));
    }
  }
}

std::vector<double> descending_levels(std::vector<double> noise_std) {
  check_noise_levels(noise_std);
  std::sort(noise_std.begin(), noise_std.end(), std::greater<>());
  const auto twice = std::adjacent_find(noise_std.begin(), noise_std.end());
  if (twice != noise_std.end()) {
    throw Error(fmt::format("noise levels: {} is there twice: give each once", *twice));
  }
  return noise_std;
}

void check_resampling(double resampling) {
  if (resampling >= 0 && std::isfinite(resampling)) return;
  throw Error(fmt::format("re-sampling: {}: choose a finite number, 0 or more", resampling));
}

}  // namespace pellucid
