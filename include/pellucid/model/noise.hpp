// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/model/model.hpp"

namespace pellucid {

/// How noisy observations are, in the user's units: a standard deviation per entry (per complex
/// entry for complex data), one for each sample, or an SNR that the model's signal power turns into
/// a standard deviation.
class Noise {
 public:
  /// Deviations must be finite and not negative, decibels finite: `Error` otherwise.
  static Noise std(double noise_std);
  static Noise std_per_sample(std::vector<double> noise_std);
  static Noise snr_db(double snr_db);

  /// Standard deviations in the user's units, one or one per sample.
  [[nodiscard]] std::vector<double> standard_deviations(const Model& model) const;
  /// Variances in model units, `s2 / scale^2`, times the framing's noise gain.
  [[nodiscard]] std::vector<double> model_variances(const Model& model) const;

 private:
  Noise(std::vector<double> values, bool decibel);

  std::vector<double> values_;
  bool decibel_;
};

}  // namespace pellucid
