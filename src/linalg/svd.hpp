// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"

namespace pellucid::linalg {

/// `A = U diag(s) V^H` with descending `s`, `min(m, n)` of them, by LAPACK's gesdd on the calling
/// thread (hold a `SingleThreadedBlas`); `a` is destroyed. Throws `Error` when the iteration fails.
/// `T` is double or std::complex<double>.
template <class T>
void svd(Matrix<T>& a, Matrix<T>& u, Eigen::VectorXd& s, Matrix<T>& adjoint_v);

/// The singular values alone.
template <class T>
void singular_values_only(Matrix<T>& a, Eigen::VectorXd& s);

}  // namespace pellucid::linalg
