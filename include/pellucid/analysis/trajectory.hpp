// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pellucid/analysis/linear_process.hpp"
#include "pellucid/base/monitor.hpp"
#include "pellucid/model/estimator.hpp"

namespace pellucid {

/// One step of a reverse process, averaged over the signals taken through it. All in the signals'
/// own units, about their known mean.
struct TrajectoryStep {
  int step = 1;                ///< from 1, the noisiest
  double noise_std = 0.0;      ///< of the level that the step starts from
  std::optional<double> nmse;  ///< of its estimate x0hat: sum |x - x0hat|^2 / sum |x - mean|^2
  std::optional<double> nmse_stderr;  ///< both only where there are clean signals
  std::vector<double> band_energy;    ///< of x0hat by frequency band, mean over the signals
  std::vector<double> band_error;     ///< of x0hat - x likewise; empty without clean signals
  std::vector<double> spectrum;       ///< mean square of x0hat along each reference direction
  std::optional<LinearStep> linear;   ///< what only linear denoisers know
};

/// A reverse process step by step.
struct Trajectory {
  std::string denoiser;  ///< "mixture", "linear", ...: for people
  LinearMode mode = LinearMode::standard;
  std::vector<double> band_edges;         ///< in cycles per sample, one more than bands
  std::vector<double> clean_band_energy;  ///< of the clean signals; empty without them
  std::vector<double> clean_spectrum;     ///< likewise
  std::vector<TrajectoryStep> steps;
  Index dim = 0;
  Index signals = 0;   ///< taken through the process
  Index training = 0;  ///< that linear denoisers were fitted to; 0 for a model
  bool complex_data = false;
  std::optional<LinearProcess> linear;  ///< of linear denoisers; its steps are in `steps`, too
};

struct TrajectoryOptions {
  LinearMode mode = LinearMode::standard;
  std::vector<double> noise_std;     ///< levels in the signals' units, positive, all different
  double resampling = 0.0;           ///< r of `standard`: 0 forwards the mean, 1 samples
  bool variance_preserving = false;  ///< linear: see `LinearProcessOptions`
  LinearWeights weights = LinearWeights::projection;  ///< linear
  bool fixed_basis = false;                           ///< linear
  Index bands = 8;
  Index components = 8;  ///< of a model's trajectory: directions of the spectrum, at most
  Index count = 256;     ///< signals generated where there are no clean ones
  std::uint64_t seed = 1;
  int threads = 0;
};

/// Takes signals down the levels with the denoiser of a model of whole signals: observations of
/// `clean` (N x n, in the user's units) at the first level, or pure noise where it has no columns.
/// The spectrum's directions are the leading eigenvectors of the clean signals' covariance, else of
/// the model's; a network alone has none. A denoiser bound to the steps of a schedule is given the
/// nearest steps. Results do not depend on `threads`. Throws `Error` for options or shapes out of
/// range, `Stopped` when the monitor asks. `T` is double or std::complex<double>.
template <class T>
[[nodiscard]] Trajectory follow_trajectory(const Estimator<T>& estimator, ConstBatch<T> clean,
                                           const TrajectoryOptions& options,
                                           Monitor* monitor = nullptr);

/// The same with linear denoisers fitted at every level to `training`, whose basis gives the
/// directions; `clean` are signals of `shape` that are in no training set.
template <class T>
[[nodiscard]] Trajectory follow_linear_trajectory(const TrainingSignals<T>& training,
                                                  ConstBatch<T> clean,
                                                  const std::vector<Index>& shape,
                                                  const TrajectoryOptions& options,
                                                  Monitor* monitor = nullptr);

}  // namespace pellucid
