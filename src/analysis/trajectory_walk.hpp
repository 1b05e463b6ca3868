// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <vector>

#include "pellucid/analysis/trajectory.hpp"
#include "pellucid/denoiser/denoiser.hpp"

namespace pellucid {

/// What is taken through a process, in the denoiser's units: zero mean.
template <class T>
struct WalkSignals {
  Matrix<T> clean;                          // N x n; no columns: pure noise is taken through
  Index count = 0;                          // n
  Matrix<T> reference;                      // directions of the spectrum, N x k
  std::vector<Index> shape;                 // of a signal where its frequencies are
  double scale = 1.0;                       // the user's unit in the denoiser's
  std::function<void(Batch<T>)> to_signal;  // from the denoiser's space to where frequencies are
};

/// Fills steps, bands and spectra of a trajectory; `noise_std` descending, in the user's units.
template <class T>
void walk(const Denoiser<T>& denoiser, const WalkSignals<T>& signals,
          const std::vector<double>& noise_std, const TrajectoryOptions& options, Trajectory& out,
          Monitor* monitor);

}  // namespace pellucid
