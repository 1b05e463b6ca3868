// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "pellucid/training/train_network.hpp"

namespace pellucid::training {

/// How far a training has come.
struct TrainingProgress {
  Index steps = 0;        ///< done
  double loss_sum = 0.0;  ///< over the steps of the pass begun
  double seconds = 0.0;   ///< spent in the pass begun
  int best_epoch = 0;     ///< from 1; 0: none yet
  double best_loss = std::numeric_limits<double>::infinity();
  std::vector<TrainingEpoch> epochs;  ///< those ended
};

[[nodiscard]] Error damaged_progress();
/// Text that keeps every bit.
[[nodiscard]] std::string progress_text(const TrainingProgress& progress);
/// Throws `Error` where `text` is not from `progress_text`, or says what cannot be.
[[nodiscard]] TrainingProgress parse_training_progress(const std::string& text);

}  // namespace pellucid::training
