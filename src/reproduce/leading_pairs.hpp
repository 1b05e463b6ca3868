// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>

#include "pellucid/base/types.hpp"

namespace pellucid::reproduce {

/// The leading eigenpairs of the symmetric part of a matrix within a Krylov space of that matrix.
struct LeadingPairs {
  Eigen::VectorXd values;  ///< descending
  Matrix<double> vectors;  ///< dim x count, orthonormal columns
  double asymmetry = 0.0;  ///< |H - H^T| / |H + H^T| (Frobenius) of the matrix within the space
  double residual = 0.0;   ///< largest |A u - value u| of the pairs, asymmetry included
};

/// `A v` for the columns of a matrix.
using Apply = std::function<Matrix<double>(const Matrix<double>&)>;

/// `count` pairs of a matrix known by its products alone: the block Krylov space `start, A start,
/// ..., A^(depth - 1) start`, orthonormalised, and Rayleigh and Ritz's pairs of it. `start` has at
/// least `count` columns; `A` takes `depth` products with as many vectors.
[[nodiscard]] LeadingPairs leading_pairs(const Apply& apply, const Matrix<double>& start,
                                         Index count, int depth);

}  // namespace pellucid::reproduce
