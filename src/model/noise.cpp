// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/noise.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "pellucid/base/error.hpp"
#include "pellucid/schedule/noise_level.hpp"

namespace pellucid {

Noise::Noise(std::vector<double> values, bool decibel)
    : values_(std::move(values)), decibel_(decibel) {
  for (const double value : values_) {
    if (!std::isfinite(value) || (!decibel && value < 0)) {
      throw Error(decibel ? fmt::format("SNR is {} dB: give a finite number", value)
                          : fmt::format("noise standard deviation is {}: give a finite number of 0 "
                                        "or more",
                                        value));
    }
  }
}

Noise Noise::std(double noise_std) { return Noise({noise_std}, false); }

Noise Noise::std_per_sample(std::vector<double> noise_std) {
  return Noise(std::move(noise_std), false);
}

Noise Noise::snr_db(double snr_db) { return Noise({snr_db}, true); }

std::vector<double> Noise::standard_deviations(const Model& model) const {
  if (!decibel_) return values_;
  return {std::sqrt(model.power / from_db(values_.front()))};
}

std::vector<double> Noise::model_variances(const Model& model) const {
  std::vector<double> variances = standard_deviations(model);
  const double gain = model.framing.noise_gain();
  for (double& v : variances) v = gain * (v / model.scale) * (v / model.scale);
  return variances;
}

}  // namespace pellucid
