// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>

#include "pellucid/base/types.hpp"

namespace pellucid::shrinkage {

/// Singular values of an `m x n` matrix with `m <= n`, descending, and what is needed to put it
/// together again from some of them.
template <class T>
struct Decomposition {
  Eigen::VectorXd values;  ///< m
  Matrix<T> left;          ///< m x m
  /// `V^H`, m x n; empty where the left vectors come from the Gram matrix, as `V^H = S^-1 U^H A`.
  Matrix<T> right;
};

/// By the Gram matrix, unless the level that `floor_of(values)` gives, below which values do not
/// matter, is under 1e-4 of the largest value: eigenvalues of the Gram matrix have an absolute
/// error of 1e-16 of the largest *squared* value. Values that are only rounding become 0. `T` is
/// double or std::complex<double>.
template <class T>
[[nodiscard]] Decomposition<T> decompose(
    const Matrix<T>& a, const std::function<double(const Eigen::VectorXd&)>& floor_of, int threads);

/// `sum_i shrunk_i u_i v_i^H` over the first `rank` components.
template <class T>
[[nodiscard]] Matrix<T> recompose(const Decomposition<T>& parts, const Matrix<T>& a,
                                  const Eigen::VectorXd& shrunk, Index rank, int threads);

}  // namespace pellucid::shrinkage
