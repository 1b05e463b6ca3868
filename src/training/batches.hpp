// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "training/levels.hpp"
#include "training/recipe.hpp"
#include "training/samples.hpp"

namespace pellucid::training {

/// Inputs and targets of one step. `group` signals in a row share a level.
struct TrainingBatch {
  Index rows = 0, group = 1;
  Eigen::MatrixXf inputs, targets;  ///< (entries, rows)
  Eigen::MatrixXf embedding;        ///< (time channels, rows / group): sines, then cosines
  Eigen::VectorXf weights;          ///< of the levels

  [[nodiscard]] Index levels() const { return rows / group; }
};

/// What random numbers of a batch are for; the same step of one use has the same numbers always.
enum class BatchUse : std::uint32_t { training = 0, validation = 1, statistics = 2 };

/// Makes batches; which signals, levels and noise depends on the seed and the step alone.
class BatchMaker {
 public:
  BatchMaker(const TrainingSamples& samples, const NetworkArchitecture& architecture,
             const Recipe& recipe, const NetworkTrainingOptions& options);

  /// Of the training steps 0, 1, ...: every pass has its own order.
  void make_training(Index step, TrainingBatch& batch);
  /// The same batches at every call, of the validation samples, 0 ... `validation_batches() - 1`.
  void make_validation(Index number, TrainingBatch& batch) const;
  [[nodiscard]] Index validation_batches() const;
  /// Ascending.
  [[nodiscard]] std::vector<Index> validation_indices() const;
  /// Training samples at levels that stay the same: what normalisations' statistics are taken of.
  void make_statistics(Index number, TrainingBatch& batch) const;

 private:
  void make(std::span<const Index> chosen, BatchUse use, Index step, TrainingBatch& batch) const;

  const TrainingSamples& samples_;
  TrainingLevels levels_;
  Recipe recipe_;
  Index time_channels_;
  std::uint64_t seed_;
  bool squared_;  ///< the loss: a weight is then of a squared difference, else its root
  int threads_;
  std::vector<Index> shuffled_;  ///< validation samples, then training ones
  std::vector<Index> order_;     ///< of the training samples in pass `order_pass_`
  Index order_pass_ = -1;
};

}  // namespace pellucid::training
