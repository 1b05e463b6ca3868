// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "pellucid/base/random.hpp"
#include "pellucid/denoiser/denoiser.hpp"
#include "pellucid/reverse/step.hpp"
#include "pellucid/schedule/grid.hpp"

namespace pellucid {

/// What an observer sees of one step of one tile of samples; views are valid during the call only.
template <class T>
struct StepView {
  int index = 0;                           ///< 0 for the first step
  std::span<const std::uint64_t> samples;  ///< numbers of the tile's samples, one a column
  std::span<const NoiseLevel> from;        ///< level t, one entry or one per column
  std::span<const NoiseLevel> to;          ///< level u, likewise
  ConstBatch<T> x_t;                       ///< before the step, N x b
  ConstBatch<T> x0hat;                     ///< the denoiser's estimate
  ConstBatch<T> x_u;                       ///< after the step; equal to x0hat in the last one
};

/// Sees every step. Tiles run on several threads: an observer must be safe to call from them.
template <class T>
using Observer = std::function<void(const StepView<T>&)>;

/// Called after every evaluation of the denoiser with the number of columns; may throw to stop.
using Tick = std::function<void(Index columns)>;

struct ProcessOptions {
  Rule rule = Rule::posterior;
  double resampling = 0.0;  ///< r >= 0: 0 forwards the conditional mean, 1 samples
};

/// The reverse process of one tile: walks the columns of `x` down their grids, evaluating the
/// denoiser once per level, and ends with the estimate of the clean signal. Made once per thread;
/// `run` allocates only when a tile has more levels than any before, and never inside its loop.
template <class T>
class ReverseProcess {
 public:
  /// `threads` share the denoiser's work on each sample, where it can (`Denoiser::workspace_of`).
  ReverseProcess(const Denoiser<T>& denoiser, const ProcessOptions& options, int threads = 1);

  /// `x` (N x b, b <= denoiser.batch()) holds `x_t` at the first level of its grid and is replaced
  /// by `x0hat`. `grids` has one grid for all columns or one for each, all of the same length and
  /// not empty. Noise is taken from `random` at (sample number, step index, entry).
  void run(Batch<T> x, std::span<const Grid> grids, std::span<const std::uint64_t> samples,
           const RandomStream& random, const Observer<T>& observer = {}, const Tick& tick = {});

 private:
  void advance(Batch<T> x, std::span<const std::uint64_t> samples, const RandomStream& random,
               int index);

  const Denoiser<T>& denoiser_;
  ProcessOptions options_;
  std::unique_ptr<typename Denoiser<T>::Workspace> workspace_;
  Matrix<T> estimate_;  // x0hat
  Matrix<T> previous_;  // x_t kept for an observer
  Vector<T> noise_;     // z of one sample
  std::vector<NoiseLevel> from_, to_;
};

}  // namespace pellucid
