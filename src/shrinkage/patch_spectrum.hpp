// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/shrinkage/patch_shrinkage.hpp"
#include "shrinkage/bulk_noise.hpp"

namespace pellucid {

/// What a window does to its components: `factor` of the leading ones, `rest` of all others.
struct WindowFactors {
  std::vector<double> factor;
  double rest = 0.0;
  double weight = 0.0;  ///< of the window's estimate, which the factors contain; 0: not judged
  double noise_variance = 0.0;
  double rank = 0.0;
};

/// Decides on windows by the eigenvalues of their Gram matrices.
class WindowJudge {
 public:
  WindowJudge(const PatchOptions& options, Index voxels, Index looks)
      : rule_(options.rule),
        by_rank_(options.weights == PatchWeights::by_rank),
        estimates_(options.noise_std.empty()),
        looks_(looks),
        noise_(voxels, looks) {}

  /// `eigenvalues` descending, at distance `stride`; `voxels` that count; `noise_variance` is not
  /// looked at where the noise is estimated.
  [[nodiscard]] WindowFactors judge(const double* eigenvalues, Index stride, Index voxels,
                                    double noise_variance) const;

 private:
  ShrinkageRule rule_;
  bool by_rank_, estimates_;
  Index looks_;
  BulkNoise noise_;
};

}  // namespace pellucid
