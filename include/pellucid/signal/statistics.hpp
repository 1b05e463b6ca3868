// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/monitor.hpp"
#include "pellucid/base/signal_source.hpp"

namespace pellucid {

/// What a set of clean signals is measured by: its own mean and average variance.
template <class T>
struct SignalStatistics {
  Vector<Wide<T>> mean;  ///< of every entry; one number where all entries share it
  double power = 0.0;    ///< P: average variance per entry about `mean`
  double energy = 0.0;   ///< sum |x|^2 over all signals
  Index entries = 0;     ///< of all signals together
  bool one_shape = true;

  /// `|x_j - mean|^2` of every column, summed in double precision.
  [[nodiscard]] Eigen::VectorXd centred_powers(ConstBatch<T> signals) const;
};

/// What of a signal is known beforehand and carries no information: the mean of every entry where
/// signals are whole samples, one number where they are cut into frames or patches, which have no
/// place of their own.
enum class MeanOf { each_entry, all_entries };

/// Sounds, signals of different sizes and a single one have one mean over all entries in any case.
/// Reads the source once, in blocks of at most `block_entries` entries.
template <class T>
[[nodiscard]] SignalStatistics<T> measure_signals(const SignalSource<T>& source, MeanOf mean,
                                                  Index block_entries, Monitor* monitor = nullptr);

}  // namespace pellucid
