// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/training/train_network.hpp"

namespace pellucid::training {

/// What a noise level makes of a signal and its noise: `x_t = clean x0 + noise n`, and the target
/// `target_clean x0 + target_noise n`, whose squared error counts `weight` times.
struct TrainingLevel {
  double number = 0.0;  ///< what is embedded: the step minus 1, or the SNR in decibel
  double clean = 1.0, noise = 0.0;
  double target_clean = 0.0, target_noise = 1.0;
  double weight = 1.0;
};

/// The levels that a network is trained for.
class TrainingLevels {
 public:
  TrainingLevels(const NetworkArchitecture& architecture, const Schedule& schedule,
                 LossWeighting weighting);

  /// The level at `u` in [0, 1): u uniform gives every step alike, or every SNR in decibel.
  [[nodiscard]] TrainingLevel at(double u) const;

 private:
  Conditioning conditioning_;
  Prediction prediction_;
  double lowest_snr_db_, highest_snr_db_;
  Schedule schedule_;
  LossWeighting weighting_;
};

}  // namespace pellucid::training
