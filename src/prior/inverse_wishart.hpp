// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"

namespace pellucid {

/// The prior of every component's covariance, up to a constant
/// `log p(C) = -kappa KL(N(0, C_0) || N(0, C))`, at its greatest, 0, where `C = C_0`:
/// `KL = (tr(C_0 C^-1) - log det(C_0 C^-1) - N) / 2` for real data, without the half for complex.
/// Its mode given the scatter `S` of `n` samples is `(S + kappa C_0) / (n + kappa)`.
template <class T>
class InverseWishart {
 public:
  /// Throws `Error` where `centre`, `C_0`, is not positive definite in double precision.
  InverseWishart(double kappa, Matrix<T> centre);

  [[nodiscard]] double kappa() const { return kappa_; }
  [[nodiscard]] const Matrix<T>& centre() const { return centre_; }
  [[nodiscard]] const Matrix<T>& factor() const { return factor_; }  ///< Cholesky's, of C_0
  /// `log p(C)` from the Cholesky factor of `C`; 0 for `kappa = 0`.
  [[nodiscard]] double log_density(const Matrix<T>& factor) const;

 private:
  double kappa_;
  Matrix<T> centre_;  ///< C_0
  Matrix<T> factor_;  ///< its lower Cholesky factor
  double log_det_;
};

}  // namespace pellucid
