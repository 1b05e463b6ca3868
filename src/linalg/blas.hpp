// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The few dense kernels that decide the program's speed, on OpenBLAS and LAPACK; column-major.
// Every call runs on the calling thread: parallelism is over blocks of samples or components, so
// that results do not depend on the number of threads. Instantiated for float, double and their
// complex types unless a comment says otherwise.

#include "pellucid/base/types.hpp"

namespace pellucid::linalg {

enum class Op { none, adjoint };

/// While one of these lives, OpenBLAS computes on the calling thread; nests, and restores the
/// caller's setting when the last one goes. Long functions hold one.
class SingleThreadedBlas {
 public:
  SingleThreadedBlas();
  SingleThreadedBlas(const SingleThreadedBlas&) = delete;
  SingleThreadedBlas& operator=(const SingleThreadedBlas&) = delete;
  ~SingleThreadedBlas();
};

/// `C = alpha op(A) B + beta C`; nothing is allocated.
template <class T>
void multiply(Op op, T alpha, ConstBatch<T> a, ConstBatch<T> b, T beta, Batch<T> c);

/// Lower triangle of `C = A A^H + C`; the upper triangle is not touched. Double precision types.
template <class T>
void add_gram(ConstBatch<T> a, Batch<T> c);

/// Lower triangle of `C = A^H A`; the upper triangle is not touched. Double precision types.
template <class T>
void inner_gram(ConstBatch<T> a, Batch<T> c);

/// `C = A B^H + C`. Double precision types.
template <class T>
void add_outer(ConstBatch<T> a, ConstBatch<T> b, Batch<T> c);

/// Copies the conjugate of the lower triangle onto the upper one, and makes the diagonal real.
template <class T>
void fill_upper(Batch<T> c);

/// Lower Cholesky factor in place of `c`'s lower triangle (upper set to zero); false where `c` is
/// not positive definite. Double precision types.
template <class T>
[[nodiscard]] bool cholesky(Batch<T> c);

/// `B = L^-1 B` for lower triangular `L`. Double precision types.
template <class T>
void solve_lower(ConstBatch<T> lower, Batch<T> b);

/// Eigenpairs of a Hermitian matrix (lower triangle read), ascending; `a` becomes the
/// eigenvectors. Throws `Error` when the iteration fails. Double precision types.
template <class T>
void eigh(Batch<T> a, Eigen::VectorXd& eigenvalues);

/// The eigenvalues alone, ascending, at a fraction of the time; `a` is destroyed.
template <class T>
void eigenvalues_only(Batch<T> a, Eigen::VectorXd& eigenvalues);

}  // namespace pellucid::linalg
