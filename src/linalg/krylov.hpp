// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>

#include "pellucid/base/types.hpp"

namespace pellucid::linalg {

/// `out = C v` for a Hermitian `C` that is not negative, `N x b` each.
template <class T>
using HermitianProduct = std::function<void(ConstBatch<T> v, Batch<T> out)>;

struct KrylovOptions {
  double tolerance = 1e-8;  ///< largest residual `|C u - lambda u|`, of the largest eigenvalue
  int most_products = 400;  ///< with a block of vectors each
  Index extra = 8;          ///< vectors of a block beside those wanted, at least
};

template <class T>
struct LeadingPairs {
  Eigen::VectorXd values;     ///< descending, k
  Matrix<T> vectors;          ///< orthonormal columns, N x k
  Eigen::VectorXd residuals;  ///< |C u - lambda u|, k, computed and not estimated
  int products = 0;
};

/// The `count` largest eigenpairs by a block Krylov method with thick restarts: a basis `V` of at
/// most four blocks and its image `C V` are kept, Ritz pairs come from `V^H C V`, and `V` grows by
/// the residuals of those pairs that have not converged (Musco & Musco 2015, "Randomized block
/// Krylov methods for stronger and faster approximate singular value decomposition"; Saad 2011,
/// "Numerical methods for large eigenvalue problems", sections 6.4, 8.4). It starts from a fixed
/// random block of at least `count + extra` vectors, so equal eigenvalues are all found. Memory:
/// about `10 N (count + max(extra, count / 4))` numbers. Throws `Error` where `most_products` do
/// not suffice. Double precision types.
template <class T>
[[nodiscard]] LeadingPairs<T> leading_pairs(const HermitianProduct<T>& product, Index dim,
                                            Index count, const KrylovOptions& options = {});

}  // namespace pellucid::linalg
