// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "training/weight_layout.hpp"

namespace pellucid::training {

/// Weights, their exponential moving average, and the moments of Adam (Kingma and Ba,
/// arXiv 1412.6980).
struct LearntWeights {
  Numbers weights, average, first_moment, second_moment;

  explicit LearntWeights(Numbers start);
};

struct AdamStep {
  Index number = 1;  ///< from 1
  double rate = 1e-3;
  double clip_norm = 0.0;  ///< longest gradient; 0: any
  double weight_decay = 0.0;
  double average_decay = 0.0;  ///< at the end; it begins lower, min(decay, (1 + n) / (10 + n))
  int threads = 1;
};

/// Euclidean norm; the same bits for any number of threads.
[[nodiscard]] double norm_of(const Numbers& gradient, int threads);

/// One step down the gradient, of norm `norm`; then the average follows.
void adam_step(const Numbers& gradient, double norm, const AdamStep& step, LearntWeights& learnt);

}  // namespace pellucid::training
