// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/noise.hpp"

#include <cmath>

#include "pellucid/schedule/noise_level.hpp"

namespace pellucid {

std::vector<double> Noise::standard_deviations(const Model& model) const {
  if (!decibel_) return values_;
  return {std::sqrt(model.power / from_db(values_.front()))};
}

std::vector<double> Noise::model_variances(const Model& model) const {
  std::vector<double> variances = standard_deviations(model);
  for (double& v : variances) v = (v / model.scale) * (v / model.scale);
  return variances;
}

}  // namespace pellucid
