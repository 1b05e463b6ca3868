// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Throws `Error` unless `c` is `dim x dim`, finite, Hermitian (within 1e-6 of its largest entry)
/// and has no negative variance; `what` ("covariances[3]") starts the message.
template <class T>
void check_covariance(const Matrix<T>& c, Index dim, const std::string& what);

/// Cholesky factor of `c` in place (lower triangle read, upper one set to zero). False where `c`
/// is singular in double precision: a pivot below `N eps` of its own variance.
template <class T>
[[nodiscard]] bool factorise(Matrix<T>& c);

/// `log det C` from its Cholesky factor.
template <class T>
[[nodiscard]] double log_det(const Matrix<T>& factor);

/// Any `F` with `F F^H = C`, for semi-definite `C` too: the Cholesky factor where there is one,
/// else from the eigenvectors. Throws `Error` for a clearly negative eigenvalue.
template <class T>
[[nodiscard]] Matrix<T> square_root(const Matrix<T>& c, const std::string& what);

}  // namespace pellucid
