// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/model/estimator.hpp"

namespace pellucid {

/// Denoises `y = x + n`, `n ~ N(0, R)` or `CN(0, R)` of known covariance `R = L L^H`, by any method
/// of the reverse process, in coordinates where the noise is white: `L^-1 x` has the prior with
/// means `L^-1 m_k` and covariances `L^-1 C_k L^-H`, and its noise variance 1; these are decomposed
/// through their roots, so that digits hold also where the noise's deviations are very different.
/// The estimate is coloured back with `L`. SNR, steps and normalisation are those of `L^-1 x`; a
/// calibration, which is of white noise, is not used. `T` is the arithmetic.
template <class T>
class ColouredEstimator {
 public:
  /// `covariance` is R, N x N in the user's units. Throws `Error` where it is no covariance or
  /// singular, for a model that is not valid or is of vectors cut from signals.
  ColouredEstimator(Model model, const Matrix<Wide<T>>& covariance, int threads = 0);

  /// Estimates of the clean signals, N x n like `noisy`, in the user's units.
  [[nodiscard]] Matrix<T> denoise(ConstBatch<T> noisy, const EstimateOptions& options = {},
                                  Monitor* monitor = nullptr, double* evaluations = nullptr) const;

 private:
  struct Ready;
  explicit ColouredEstimator(Ready ready);

  Vector<Wide<T>> mean_;
  Matrix<Wide<T>> factor_;
  Estimator<T> white_;
};

}  // namespace pellucid
