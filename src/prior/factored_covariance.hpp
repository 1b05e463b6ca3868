// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"

namespace pellucid {

/// `S = W W^H + diag(e)`, e above 0, ready to be solved with at the cost of `N r` a sample: with
/// `M = I + W^H diag(1/e) W` (Woodbury, 1950)
///
///     u = M^-1 W^H diag(1/e) d,   d^H S^-1 d = sum |d - W u|^2 / e + |u|^2,
///     log det S = sum log e + log det M
///
/// (the quadratic form as a sum of squares, in which nothing cancels). `u` and `M^-1` are mean and
/// covariance of the factors given `d`.
template <class T>
class FactoredCovariance {
 public:
  /// Throws `Error` where `M` cannot be factorised in double precision.
  FactoredCovariance(const Matrix<T>& factors, const Eigen::VectorXd& variances);

  [[nodiscard]] double log_det() const { return log_det_; }
  /// `M^-1 W^H diag(1/e)`, r x N: `u = gain d`.
  [[nodiscard]] const Matrix<T>& gain() const { return gain_; }
  /// `L^-1 W^H diag(1/e)`, r x N, with the Cholesky factor `L` of `M`.
  [[nodiscard]] const Matrix<T>& whitened() const { return whitened_; }
  /// `M^-1`, r x r.
  [[nodiscard]] Matrix<T> factor_covariance() const;

 private:
  Matrix<T> factor_;  // L
  Matrix<T> whitened_, gain_;
  double log_det_ = 0.0;
};

}  // namespace pellucid
