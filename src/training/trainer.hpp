// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <chrono>
#include <string>

#include "training/adam.hpp"
#include "training/batches.hpp"
#include "training/progress.hpp"
#include "training/trainable_network.hpp"

namespace pellucid::training {

/// The loss or a gradient is not finite; the message says where, and how to mend it.
class NotFinite : public Error {
 public:
  using Error::Error;
};

/// The training itself, whatever differentiates the network.
class Trainer {
 public:
  Trainer(const TrainingSamples& samples, const NetworkArchitecture& architecture,
          const Recipe& recipe, const NetworkTrainingOptions& options, TrainableNetwork& network);

  /// Throws `Stopped`, having saved or saying why not, and `NotFinite`; `best` is of the epochs
  /// before then. Warns of saves that fail, and of a result worse than no network.
  void run(Monitor* monitor);

  [[nodiscard]] const TrainingProgress& progress() const { return progress_; }
  [[nodiscard]] const BatchMaker& batches() const { return batches_; }
  /// The weights of the best epoch; valid once `progress().best_epoch > 0`.
  [[nodiscard]] NamedTensors best() const;

 private:
  [[nodiscard]] double take_step(Index step);
  void end_epoch();
  [[nodiscard]] Numbers averaged_statistics();
  [[nodiscard]] double validation_loss(const Numbers& statistics);
  [[nodiscard]] bool is_done() const;
  void save();
  void save_or_warn(Monitor* monitor);
  void save_stopped();
  void load();
  [[nodiscard]] double loss_of_no_network();
  void warn_where_useless(Monitor* monitor);
  [[nodiscard]] std::array<StateArray, 7> arrays();
  [[nodiscard]] std::string note(double loss) const;

  const Recipe recipe_;
  const NetworkTrainingOptions options_;
  TrainableNetwork& network_;
  WeightLayout layout_;
  BatchMaker batches_;
  TrainingBatch batch_;
  std::string fingerprint_;

  LearntWeights learnt_;
  Numbers statistics_, gradient_;
  Numbers best_weights_, best_statistics_;
  TrainingProgress progress_;
  std::chrono::steady_clock::time_point saved_;
  Index saved_steps_ = -1;
  bool save_failed_ = false;  ///< the last time
};

/// A JSON object of all that the result depends on.
[[nodiscard]] std::string training_fingerprint(const TrainingSamples& samples,
                                               const NetworkArchitecture& architecture,
                                               const Recipe& recipe,
                                               const NetworkTrainingOptions& options);

}  // namespace pellucid::training
