// SPDX-License-Identifier: BSD-3-Clause
#include "shrinkage/patch_spectrum.hpp"

#include <algorithm>
#include <cmath>

namespace pellucid {

namespace {

// Singular values by eigenvalues of a Gram matrix: those far below the first are rounding.
Eigen::VectorXd singular_values(const double* eigenvalues, Index stride, Index count) {
  constexpr double rounding = 1e-14;
  Eigen::VectorXd values(count);
  for (Index k = 0; k < count; ++k) {
    const double value = eigenvalues[k * stride];
    values[k] = value > rounding * eigenvalues[0] ? std::sqrt(value) : 0.0;
  }
  return values;
}

}  // namespace

WindowFactors WindowJudge::judge(const double* eigenvalues, Index stride, Index voxels,
                                 double noise_variance) const {
  WindowFactors window;
  const Index count = std::min(voxels, looks_);
  if (count == 0 || (estimates_ && count < least_side)) return window;
  const Eigen::VectorXd values = singular_values(eigenvalues, stride, count);
  window.noise_variance =
      estimates_ ? noise_.variance(values.cwiseAbs2(), voxels, looks_) : noise_variance;
  const double noise_std = std::sqrt(window.noise_variance);
  Index rank = 0;
  if (noise_std > 0) {
    const SingularValueShrinkage shrink(rule_, static_cast<double>(voxels),
                                        static_cast<double>(looks_), noise_std);
    for (; rank < count && values[rank] > 0; ++rank) {
      const double shrunk = shrink(values[rank]);
      if (!(shrunk > 0)) break;
      window.factor.push_back(shrunk / values[rank]);
    }
  } else {  // nothing to remove
    rank = (values.array() > 0).count();
    window.rest = 1.0;
  }
  window.rank = static_cast<double>(rank);
  window.weight = by_rank_ ? 1.0 / (1.0 + window.rank) : 1.0;
  window.rest *= window.weight;
  for (double& factor : window.factor) factor *= window.weight;
  return window;
}

}  // namespace pellucid
