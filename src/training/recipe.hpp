// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/training/train_network.hpp"

namespace pellucid::training {

/// The options with everything decided.
struct Recipe {
  Index training_samples = 0, validation_samples = 0;
  Index batch = 0;
  Index group = 1;  ///< signals that share a noise level, in a row
  double learning_rate = 0.0;
  double weight_decay = 0.0;
  double warm_up = 0.0;
  int epochs = 0;
  Index steps_per_pass = 0;    ///< over all training samples
  Index passes_per_epoch = 1;  ///< several where a pass is a few steps and nobody asked for epochs
  bool bf16 = false;

  [[nodiscard]] Index steps_per_epoch() const { return steps_per_pass * passes_per_epoch; }
  [[nodiscard]] Index steps() const { return epochs * steps_per_epoch(); }
  /// Of step 0, 1, ...: rises in a straight line, then falls to 0 as a cosine.
  [[nodiscard]] double rate_at(Index step) const;
};

/// Throws `Error` naming the option that is out of range.
void check_options(const NetworkTrainingOptions& options);

/// Warns where the batch asked for is larger than the data. Throws `Error` for fewer than two
/// samples.
[[nodiscard]] Recipe make_recipe(const NetworkTrainingOptions& options,
                                 const NetworkArchitecture& architecture, Index samples,
                                 Monitor* monitor);

/// Signals of a batch of `rows` that share a level: `group`, or 1 where that does not divide it.
[[nodiscard]] inline Index group_of(Index rows, Index group) {
  return rows % group == 0 ? group : 1;
}

}  // namespace pellucid::training
