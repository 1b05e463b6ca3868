// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <vector>

#include "pellucid/base/monitor.hpp"
#include "pellucid/base/types.hpp"
#include "pellucid/spiked/shrinkage.hpp"

namespace pellucid {

/// How the estimates that overlapping windows make of one voxel are averaged.
enum class PatchWeights {
  uniform,  ///< all alike
  /// by 1 / (1 + rank): a window that needs fewer components keeps less noise (Manjon et al.,
  /// *Diffusion weighted image denoising using overcomplete local PCA*, PLoS ONE 2013)
  by_rank
};

struct PatchOptions {
  std::vector<Index> patch{};  ///< window along every axis but the last, each from 1 to its length
  ShrinkageRule rule = ShrinkageRule::frobenius;
  /// Standard deviation of the noise per (complex) entry: one number, or one per voxel, of which a
  /// window takes the root mean square. Empty: estimated, each window for itself.
  std::vector<double> noise_std{};
  PatchWeights weights = PatchWeights::by_rank;
  int threads = 0;  ///< 0: all cores
  Monitor* monitor = nullptr;
};

/// A denoised array and its maps, a number per voxel in the array's order. Voxels whose looks are
/// all exactly zero are outside the object: they stay zero, do not count in any window, and have 0
/// in the maps.
template <class T>
struct PatchShrinkage {
  Matrix<T> denoised;  ///< looks x voxels
  /// Root of the mean noise variance of the windows that cover the voxel; 0 where no window could
  /// be judged, such voxels are left as they are.
  Eigen::VectorXd noise_std;
  Eigen::VectorXd rank;     ///< mean number of components that those windows kept
  Eigen::VectorXd removed;  ///< mean squared change over the looks, in squared units of the data
};

/// Local low-rank denoising of an N-dimensional array whose last axis holds repeated looks at the
/// same voxels (diffusion weightings, echoes, frames). Every window of `patch` voxels that lies
/// wholly inside the array, one at every place, is a matrix of voxels x looks; its noise level is
/// estimated, its singular values are shrunk (`SingularValueShrinkage`), and the estimates of all
/// windows that cover a voxel are averaged. Voxels next to a border are covered by fewer windows.
///
/// A window's noise level is read off the lower 80 % of the singular values that do not stand out
/// of the Marchenko-Pastur law, docs/linear.md.
///
/// Veraart et al., *Denoising of diffusion MRI using random matrix theory*, NeuroImage 2016, for
/// windows and noise level; Gavish and Donoho 2017 for the shrinkage.
///
/// `array` is looks x voxels, the memory of a C-order array of `shape`, which ends in the looks.
/// Bit-identical for any number of threads. Beside the answer it holds three more copies of the
/// array (four for complex data and for windows whose smaller side exceeds 192, which LAPACK
/// decomposes one by one), and another where the largest entry is outside 2^-20 to 2^20, whose
/// squares are kept in range by a power of two. Throws `Error` for entries that are not finite, for
/// windows that do not fit, for noise levels that are negative, not finite or of another count, and
/// for windows with a side below 4 where the noise is to be estimated.
template <class T>
[[nodiscard]] PatchShrinkage<T> shrink_patches(ConstBatch<T> array, const std::vector<Index>& shape,
                                               const PatchOptions& options);

}  // namespace pellucid
