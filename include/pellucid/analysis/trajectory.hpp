// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pellucid/analysis/linear_process.hpp"
#include "pellucid/base/monitor.hpp"
#include "pellucid/reverse/estimate.hpp"

namespace pellucid {

/// One step of a reverse process, averaged over the signals taken through it. All in the signals'
/// own units.
struct TrajectoryStep {
  int step = 1;                ///< from 1, the noisiest
  double noise_std = 0.0;      ///< of the level that the step starts from
  std::optional<double> nmse;  ///< of its estimate x0hat, sum |x - xhat|^2 / sum |x - mean|^2
  std::optional<double> nmse_stderr;  ///< where there are clean signals to compare with
  std::vector<double> band_energy;    ///< of x0hat by frequency band, mean over the signals
  std::vector<double> band_error;     ///< of x0hat - x likewise; empty as `nmse`
  std::vector<double> spectrum;       ///< leading eigenvalues of x0hat's covariance, descending
  std::optional<LinearStep> linear;   ///< what only linear denoisers know
};

/// A reverse process step by step.
struct Trajectory {
  std::string denoiser;                   ///< "mixture", "linear", ...: for people
  std::string mode;                       ///< "project", "renoise", "standard"
  std::vector<double> band_edges;         ///< in cycles per sample, one more than bands
  std::vector<double> clean_band_energy;  ///< of the clean signals; empty without them
  std::vector<double> clean_spectrum;     ///< likewise
  std::vector<TrajectoryStep> steps;
  Index dim = 0;
  Index signals = 0;   ///< taken through the process
  Index training = 0;  ///< that linear denoisers were fitted to; 0 for a model
  bool complex_data = false;
  std::optional<LinearProcess> linear;  ///< of linear denoisers
};

}  // namespace pellucid
