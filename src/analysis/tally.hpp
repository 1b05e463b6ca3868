// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/analysis/evaluation.hpp"
#include "pellucid/analysis/metrics.hpp"

namespace pellucid {

/// One row of an evaluation while its blocks come in.
struct RowTally {
  EvaluationRow row;
  ErrorMoments error;        // |xhat - x|^2 and |x - mean|^2
  ErrorMoments excess;       // |xhat - cme|^2
  ErrorMoments variance;     // tr Cov[x | y], of the CME
  double segments_db = 0.0;  // sum of sounds' segmental SNRs
  Index sounds = 0;
  double evaluations = 0.0;  // of all signals

  /// The row with its numbers; `uncentred` is sum |x - mean|^2 / sum |x|^2.
  [[nodiscard]] EvaluationRow finished(double uncentred) const;
};

/// Rows in the order in which the first block asks for them; every block asks in the same order.
class Tallies {
 public:
  void start_block() { next_ = 0; }
  RowTally& next() {
    if (next_ == tallies_.size()) tallies_.emplace_back();
    return tallies_[next_++];
  }
  [[nodiscard]] std::vector<EvaluationRow> finished(double uncentred) const;

 private:
  std::vector<RowTally> tallies_;
  std::size_t next_ = 0;
};

}  // namespace pellucid
