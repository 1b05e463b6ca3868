// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"

namespace pellucid::linalg {

/// The `count` largest eigenvalues of a Hermitian matrix (lower triangle read), descending, and
/// their eigenvectors, n x count; `a` is overwritten. Up to half of a spectrum comes from
/// relatively robust representations (Dhillon & Parlett 2004; LAPACK `stemr`): the eigenvectors
/// that nobody asked for are not computed. Throws as `eigh`. Double precision types.
template <class T>
void eigh_leading(Batch<T> a, Index count, Eigen::VectorXd& eigenvalues, Matrix<T>& eigenvectors);

}  // namespace pellucid::linalg
