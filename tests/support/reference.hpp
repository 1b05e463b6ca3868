// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Formulas of docs/mathematics.md written down plainly, one sample and one component at a time,
// with explicit inverses: what the library's faster ways are compared with. `T` is double or
// std::complex<double>.

#include "pellucid/prior/gaussian_mixture.hpp"

namespace pellucid::reference {

/// `log N(x; m, C)`, or `log CN(x; m, C)`, nats.
template <class T>
double log_normal(const Vector<T>& x, const Vector<T>& mean, const Matrix<T>& covariance);

/// `C + v I`.
template <class T>
Matrix<T> add_noise(Matrix<T> covariance, double variance);

template <class T>
Matrix<T> inverse(const Matrix<T>& matrix);

/// The Wiener filter `m + C (C + v I)^-1 (y - m)`.
template <class T>
Vector<T> wiener(const Vector<T>& mean, const Matrix<T>& covariance, double variance,
                 const Vector<T>& y);

/// `log w_k + log N(y; m_k, C_k + v I)` for every component.
template <class T>
Eigen::VectorXd joint_log_density(const GaussianMixture<T>& prior, const Vector<T>& y,
                                  double variance = 0.0);

template <class T>
double log_density(const GaussianMixture<T>& prior, const Vector<T>& y, double variance = 0.0);

template <class T>
Eigen::VectorXd posterior_weights(const GaussianMixture<T>& prior, const Vector<T>& y,
                                  double variance = 0.0);

/// `E[x | y]` of `y = x + n` with noise variance `variance`.
template <class T>
Vector<T> conditional_mean(const GaussianMixture<T>& prior, const Vector<T>& y, double variance);

/// One pass of expectation-maximisation, `C_k = (S_k + kappa C_0) / (n_k + kappa)`.
template <class T>
GaussianMixture<T> em_pass(const GaussianMixture<T>& prior, const Matrix<T>& samples, double kappa,
                           const Matrix<T>& centre);

}  // namespace pellucid::reference
