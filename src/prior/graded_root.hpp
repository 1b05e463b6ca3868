// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"

namespace pellucid {

/// A root `F` (r x n) of a covariance `F F^H = V diag(l) V^H`: `F = V diag(sqrt(l)) U^H`. `T` is
/// double or std::complex<double>.
template <class T>
struct RootBasis {
  Matrix<T> left;               ///< V, r x min(r, n)
  Eigen::VectorXd eigenvalues;  ///< l, descending; those that are zero to rounding are 0
  Matrix<T> right;              ///< U, n x min(r, n)
};

/// Whether lengths of rows differ so much that the small ones would drown in `F F^H`, where what
/// counts is an eigenvalue's error relative to itself plus noise, not to the largest one. Of a
/// triangular factor of the noise's covariance the diagonal tells.
template <class T>
[[nodiscard]] bool is_graded(const Matrix<T>& root);

/// By Jacobi rotations after a pivoted QR, accurate whatever the rows' scales (Drmac and Veselic
/// 2008, SIAM J. Matrix Anal. Appl. 29); slow where there are hundreds of rows.
template <class T>
[[nodiscard]] RootBasis<T> decompose_graded(const Matrix<T>& root);

}  // namespace pellucid
