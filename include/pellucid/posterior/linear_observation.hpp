// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"

namespace pellucid {

/// A linear observation `y = A x + n` of a signal: pilots, masks, blur, compressive measurements.
/// The noise is `n ~ N(0, s2 R)`, for complex `T` circularly symmetric `CN(0, s2 R)`, with the
/// noise variance `s2` given where an observation is used: white noise of variance `s2` per
/// (complex) entry, or noise of a known covariance `R`, then with `s2 = 1`. `T` is `double` or
/// `std::complex<double>`.
template <class T>
struct LinearObservation {
  Matrix<T> matrix;            ///< A, M x N, of any rank; 0 x 0 stands for the identity
  Matrix<T> noise_covariance;  ///< R, M x M, Hermitian, positive definite; 0 x 0: the identity

  [[nodiscard]] bool is_identity() const { return matrix.size() == 0; }
  [[nodiscard]] bool is_white() const { return noise_covariance.size() == 0; }
  /// M, entries of an observation of samples with `dim` entries.
  [[nodiscard]] Index observed(Index dim) const { return is_identity() ? dim : matrix.rows(); }
  /// Throws `Error` where shapes do not fit samples of `dim` entries, a number is not finite or `R`
  /// is not Hermitian or is singular.
  void validate(Index dim) const;
};

}  // namespace pellucid
