// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Throws `Error` unless there are levels, all of them positive and finite.
void check_noise_levels(const std::vector<double>& noise_std);

/// Checked levels, noisiest first. Throws `Error` where one is given twice.
[[nodiscard]] std::vector<double> descending_levels(std::vector<double> noise_std);

/// Throws `Error` unless a re-sampling strength is finite and not negative.
void check_resampling(double resampling);

/// `|<u_i, v_i>|^2` of the columns that both have. Components of equal `variances` (descending)
/// have no directions of their own, only a subspace: theirs is `sum_j |<u_i, v_j>|^2` over it.
template <class T>
[[nodiscard]] Eigen::VectorXd squared_cosines(const Matrix<T>& u, const Matrix<T>& v,
                                              const Eigen::VectorXd& variances) {
  const Index count = std::min(u.cols(), v.cols());
  Eigen::VectorXd cos2(count);
  for (Index i = 0; i < count; ++i) {
    Index first = i, last = i;
    while (first > 0 && variances(first - 1) == variances(i)) --first;
    while (last + 1 < v.cols() && variances(last + 1) == variances(i)) ++last;
    cos2(i) = (v.middleCols(first, last - first + 1).adjoint() * u.col(i)).squaredNorm();
  }
  return cos2;
}

}  // namespace pellucid
