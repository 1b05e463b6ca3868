// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Eigen/Cholesky>
#include <string>
#include <vector>

#include "pellucid/prior/gaussian_mixture.hpp"

namespace pellucid::bench {

/// The definitions written plainly - a loop over components, solves with the Cholesky factor of
/// `C_k + v I`, double precision -, what a result must agree with before it is timed. `T` is double
/// or std::complex<double>.
template <class T>
class PlainMixture {
 public:
  explicit PlainMixture(const GaussianMixture<T>& prior, double noise_variance = 0.0);

  /// `p(k | y_j)`, K x n.
  [[nodiscard]] Eigen::MatrixXd posterior_weights(const Matrix<T>& y) const;
  /// `E[x | y_j] = sum_k p_k (m_k + C_k (C_k + v I)^-1 (y_j - m_k))`, N x n.
  [[nodiscard]] Matrix<T> conditional_mean(const Matrix<T>& y) const;
  /// One pass of expectation-maximisation over `samples`, without regularisation.
  [[nodiscard]] GaussianMixture<T> em_pass(const Matrix<T>& samples) const;

 private:
  const GaussianMixture<T>& prior_;
  std::vector<Eigen::LLT<Matrix<T>>> factors_;
};

/// Throws `Error`, first word `name`, where a column of `result` is further than `tolerance` times
/// its norm from that of `expected`; NaN counts as far.
void require_close(const std::string& name, const Matrix<std::complex<double>>& result,
                   const Matrix<std::complex<double>>& expected, double tolerance);

}  // namespace pellucid::bench
