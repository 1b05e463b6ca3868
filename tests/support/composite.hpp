// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A complex model as a real one of twice the dimension: real parts above imaginary parts. Circular
// noise of variance `s2` per complex entry has `s2 / 2` per real one.

#include "pellucid/prior/gaussian_mixture.hpp"

namespace pellucid::test {

inline Matrix<double> composite(const Matrix<std::complex<double>>& x) {
  Matrix<double> stacked(2 * x.rows(), x.cols());
  stacked << x.real(), x.imag();
  return stacked;
}

/// `C = A + i B` of a circular vector becomes `[A -B; B A] / 2`.
inline Matrix<double> composite_covariance(const Matrix<std::complex<double>>& c) {
  Matrix<double> stacked(2 * c.rows(), 2 * c.cols());
  stacked << c.real(), -c.imag(), c.imag(), c.real();
  return stacked / 2.0;
}

inline Gaussian<double> composite(const Gaussian<std::complex<double>>& prior) {
  return {composite(Matrix<std::complex<double>>(prior.mean)),
          composite_covariance(prior.covariance)};
}

inline GaussianMixture<double> composite(const GaussianMixture<std::complex<double>>& prior) {
  GaussianMixture<double> real{prior.weights, composite(prior.means), {}};
  for (const auto& c : prior.covariances) real.covariances.push_back(composite_covariance(c));
  return real;
}

}  // namespace pellucid::test
