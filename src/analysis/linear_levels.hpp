// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/analysis/linear_process.hpp"
#include "pellucid/base/monitor.hpp"
#include "pellucid/denoiser/linear_filter.hpp"
#include "pellucid/reverse/step.hpp"

namespace pellucid {

/// The linear denoisers of all levels, noisiest first, and the eigenpairs at the cleanest.
template <class T>
struct LinearLevels {
  std::vector<double> noise_std;         ///< descending
  std::vector<LinearFilter<T>> filters;  ///< means are zero: signals are centred
  SampleSpectrum<T> cleanest;
};

template <class T>
[[nodiscard]] LinearLevels<T> fit_levels(const TrainingSignals<T>& training,
                                         const LinearProcessOptions& options, Monitor* monitor);

/// The process of ready-made denoisers: `follow_linear_process` without the fits.
template <class T>
[[nodiscard]] LinearProcess follow_levels(const TrainingSignals<T>& training,
                                          const LinearLevels<T>& levels,
                                          const LinearProcessOptions& options, Monitor* monitor);

/// A step in variance-exploding coordinates: `x_u = estimate D(x) + current x + noise_std z`.
[[nodiscard]] StepCoefficients linear_step(LinearMode mode, double noise_std, double next_std,
                                           double resampling);

}  // namespace pellucid
