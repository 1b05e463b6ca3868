// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "training/batches.hpp"
#include "training/weight_layout.hpp"

namespace pellucid::training {

/// A network that can be differentiated. Arrays are those of its `WeightLayout`.
class TrainableNetwork {
 public:
  virtual ~TrainableNetwork() = default;

  /// The loss, a mean over entries and signals, and its gradient by the weights. Normalisations
  /// take the batch's own statistics, and the running ones follow them.
  [[nodiscard]] virtual double gradient(const TrainingBatch& batch, const Numbers& weights,
                                        Numbers& statistics, Numbers& gradient) = 0;
  /// The loss with the running statistics.
  [[nodiscard]] virtual double loss(const TrainingBatch& batch, const Numbers& weights,
                                    const Numbers& statistics) = 0;
  /// `statistics += momentum (the batch's - statistics)`.
  virtual void follow_statistics(const TrainingBatch& batch, const Numbers& weights,
                                 double momentum, Numbers& statistics) = 0;
};

}  // namespace pellucid::training
