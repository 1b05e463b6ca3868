// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// The noise of many small matrices of one size from their squared singular values. Components that
/// stand out, `r` of them, are left away by the edge of the Marchenko-Pastur law as Veraart et al.
/// (*Denoising of diffusion MRI using random matrix theory*, NeuroImage 2016) do, with the sizes
/// `m - r`, `n - r` of what remains (Cordero-Grande et al., *Complex diffusion-weighted image
/// estimation via matrix recovery under general noise models*, NeuroImage 2019):
///
///     the smallest r with values_{r+1} <= (sqrt(m - r) + sqrt(n - r))^2 s2(r),
///     s2(r) = sum_{i > r} values_i / ((m - r)(n - r)).
///
/// Components too weak to stand out make `s2(r)` too large. They dwell in the upper part of what
/// remains, so that the level is read off its lower 80 %: their sum, over what the
/// Marchenko-Pastur law lets expect.
class BulkNoise {
 public:
  /// Tables for matrices of `rows x cols`; others are judged too, more slowly.
  BulkNoise(Index rows, Index cols);

  /// Variance of the noise of a `rows x cols` matrix from its min(rows, cols) squared singular
  /// values, descending; at least 4 of them.
  [[nodiscard]] double variance(const Eigen::VectorXd& squares, Index rows, Index cols) const;

 private:
  Index rows_, cols_;
  std::vector<double> expected_;  // by r
};

/// The least smaller side of a matrix whose noise can be estimated.
inline constexpr Index least_side = 4;

}  // namespace pellucid
