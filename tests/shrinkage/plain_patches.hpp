// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/shrinkage/patch_shrinkage.hpp"

namespace pellucid {

/// Looks x voxels of `rank` smooth components, the first the largest, and noise of standard
/// deviation `noise_std` per (complex) entry; the same components for any noise.
template <class T>
[[nodiscard]] Matrix<T> low_rank_array(const std::vector<Index>& shape, Index rank,
                                       double noise_std, unsigned seed);

/// `shrink_patches` as it is defined: each window by Eigen's SVD, one after the other.
struct PlainPatches {
  Matrix<std::complex<double>> denoised;
  Eigen::VectorXd noise_std, rank;
};
[[nodiscard]] PlainPatches plain_patches(const Matrix<std::complex<double>>& array,
                                         const std::vector<Index>& shape,
                                         const PatchOptions& options);

}  // namespace pellucid
