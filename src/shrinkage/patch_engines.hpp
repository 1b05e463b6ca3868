// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>

#include "shrinkage/patch_grid.hpp"
#include "shrinkage/patch_spectrum.hpp"

namespace pellucid {

/// What is known and found of the windows, a number each.
struct WindowMaps {
  Eigen::VectorXd voxels;          ///< that count: not zero in all looks
  Eigen::VectorXd noise_variance;  ///< given, or found
  Eigen::VectorXd rank, weight;

  /// The judge's answer for window `number`, written down.
  WindowFactors judge(const WindowJudge& judge, const double* eigenvalues, Index stride,
                      Index number);
};

/// Both ways of getting the sum of all windows' weighted estimates, looks x voxels, and the maps.
/// `threads` and `monitor` of the options; the windows' noise is judged by `judge`.
template <class T>
struct PatchTask {
  ConstBatch<T> array;
  const PatchGrid& grid;
  const WindowJudge& judge;
  const PatchOptions& options;
  WindowMaps& maps;
};

/// Real data: windows side by side in the lanes of vector registers, Gram matrices and the products
/// with the voxels from whole lines of them. For sides up to `most_side`.
template <class Real>
[[nodiscard]] Matrix<Real> sum_estimates_by_lines(const PatchTask<Real>& task);
inline constexpr Index most_side = 192;

/// Any data: window by window with BLAS and LAPACK.
template <class T>
[[nodiscard]] Matrix<T> sum_estimates_by_windows(const PatchTask<T>& task);

/// Calls `body(row, worker)` for all rows of windows, set by set.
void for_rows(const PatchGrid& grid, const PatchOptions& options,
              const std::function<void(Index row, int worker)>& body);

}  // namespace pellucid
