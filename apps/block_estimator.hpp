// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <variant>

#include "inputs.hpp"
#include "pellucid/model/coloured_estimator.hpp"
#include "pellucid/model/posterior_estimator.hpp"
#include "pellucid/model/signal_estimator.hpp"

namespace pellucid::app {

/// The matrices of an observation, of the model's number type; identities where none were given.
using Observation =
    std::variant<LinearObservation<double>, LinearObservation<std::complex<double>>>;

/// Estimates of a block of signals, one a column, and what was asked for beside them.
template <class T>
struct BlockEstimates {
  Matrix<T> signals;
  Matrix<RealOf<T>> deviations;  ///< posterior standard deviations, where asked for
  double evaluations = 0.0;      ///< per signal
};

/// The estimator that a model, an observation and the options ask for: the reverse process, in
/// coordinates where coloured noise is white; or, through an operator, the exact posterior.
template <class T>
class BlockEstimator {
 public:
  /// `wants_deviations` asks for those of the exact posterior, whatever the method.
  BlockEstimator(const Model& model, const Observation& observation, bool wants_deviations,
                 int threads, Index block_entries);

  /// `noise` is that of the block's columns, `shape` that of a column.
  [[nodiscard]] BlockEstimates<T> estimate(ConstBatch<T> noisy, const std::vector<Index>& shape,
                                           const Noise& noise, const EstimateOptions& options,
                                           Monitor* monitor) const;
  /// Signals that may be estimated together: `most`, or fewer where tiles end before.
  [[nodiscard]] Index block_of(Index most) const;

 private:
  [[nodiscard]] BlockEstimates<T> observed(ConstBatch<T> y, const Noise& noise,
                                           const EstimateOptions& options, Monitor* monitor) const;
  [[nodiscard]] Matrix<T> mean_of_draws(ConstBatch<T> y, const Noise& noise,
                                        const EstimateOptions& options, Monitor* monitor) const;

  bool wants_deviations_;
  std::optional<SignalEstimator<T>> signals_;  // one of the two, or neither
  std::optional<ColouredEstimator<T>> coloured_;
  std::optional<PosteriorEstimator<T>> posterior_;
};

}  // namespace pellucid::app
