// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/analysis/training_signals.hpp"
#include "pellucid/base/monitor.hpp"

namespace pellucid {

/// How well one component is found at one noise level, averaged over repetitions.
struct AlignmentRow {
  Index component = 1;       ///< from 1, largest variance first
  double noise_std = 0.0;    ///< s, per (complex) entry
  double cos2 = 0.0;         ///< |<sample eigenvector, true one>|^2, mean over the repetitions; of
                             ///< equal spikes with the subspace that they span
  double cos2_stderr = 0.0;  ///< of that mean; NaN for one repetition
  double cos2_theory = 0.0;  ///< its limit as d and n grow at fixed d / n (`squared_cosine`)
  double cos2_mixing = 0.0;  ///< the limit less the mixing between spikes in n samples (`mixing`)
  double eigenvalue = 0.0;   ///< sample eigenvalue, mean over the repetitions
  double eigenvalue_theory = 0.0;  ///< its limit (`sample_eigenvalue`)
};

/// Where a component comes out of the noise.
struct Emergence {
  Index component = 1;
  double variance = 0.0;         ///< l, in the signals' units squared
  double threshold_std = 0.0;    ///< below this noise theory has a squared cosine above 0
  double half_std_theory = 0.0;  ///< noise at which theory has the squared cosine 1/2
  /// The same as measured, linear in the logarithm of the noise between levels; NaN where the
  /// squared cosine is on one side of 1/2 at all levels.
  double half_std = 0.0;
};

/// Sample eigenvectors against the true ones over a range of noise.
struct Alignment {
  std::vector<AlignmentRow> rows;    ///< level by level as given, then component by component
  std::vector<Emergence> emergence;  ///< one a component
  std::vector<double> noise_std;     ///< the levels
  Index dim = 0, samples = 0;
  double gamma = 0.0;  ///< d / n, or d / (n - 1) about the mean
  int repeats = 1;
  bool complex_data = false;
  bool synthetic = false;  ///< else `cos2` refers to the eigenvectors of the clean data
  /// Mean over all rows of |cos2 - theory|, and with the mixing taken into account.
  double mean_difference = 0.0, mean_difference_mixing = 0.0;
};

struct AlignmentOptions {
  std::vector<double> noise_std;  ///< levels, positive
  int repeats = 1;
  int threads = 0;
};

/// Measures, at every noise level, the squared cosines between the leading eigenvectors of the
/// noisy training signals' sample covariance and `training.basis()`, component by component, and
/// puts the spiked model's limits beside them. Of data the theory takes the eigenvalues of the
/// clean sample covariance as spikes: the limit for a fixed signal matrix of low rank plus noise is
/// the same (Benaych-Georges and Nadakuditi 2012), without mixing, as their directions are fixed.
/// Results do not depend on `threads`. Throws `Error` for options out of range, `Stopped` when the
/// monitor asks.
template <class T>
[[nodiscard]] Alignment measure_alignment(const TrainingSignals<T>& training,
                                          const AlignmentOptions& options,
                                          Monitor* monitor = nullptr);

}  // namespace pellucid
