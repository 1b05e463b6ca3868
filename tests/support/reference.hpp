// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Formulas of docs/mathematics.md written down plainly, one sample and one component at a time,
// with explicit inverses: what the library's faster ways are compared with.

#include <Eigen/Dense>
#include <cmath>
#include <numbers>

#include "pellucid/prior/gaussian_mixture.hpp"

namespace pellucid::reference {

/// `log N(x; m, C)`, or `log CN(x; m, C)`, nats.
template <class T>
double log_normal(const Vector<T>& x, const Vector<T>& mean, const Matrix<T>& covariance) {
  const Eigen::SelfAdjointEigenSolver<Matrix<T>> eigen(covariance);
  const Vector<T> d = x - mean;
  const double log_det = eigen.eigenvalues().array().log().sum();
  const double square =
      ((eigen.eigenvectors().adjoint() * d).cwiseAbs2().array() / eigen.eigenvalues().array())
          .sum();
  const double n = static_cast<double>(x.size());
  if constexpr (is_complex<T>) return -square - log_det - n * std::log(std::numbers::pi);
  return -0.5 * (square + log_det + n * std::log(2.0 * std::numbers::pi));
}

/// `C + v I`.
template <class T>
Matrix<T> add_noise(Matrix<T> covariance, double variance) {
  covariance.diagonal().array() += T(variance);
  return covariance;
}

/// The Wiener filter `m + C (C + v I)^-1 (y - m)`.
template <class T>
Vector<T> wiener(const Vector<T>& mean, const Matrix<T>& covariance, double variance,
                 const Vector<T>& y) {
  const Vector<T> d = y - mean;
  return mean + covariance * add_noise(covariance, variance).inverse() * d;
}

/// `log w_k + log N(y; m_k, C_k + v I)` for every component.
template <class T>
Eigen::VectorXd joint_log_density(const GaussianMixture<T>& prior, const Vector<T>& y,
                                  double variance = 0.0) {
  Eigen::VectorXd joint(prior.components());
  for (Index k = 0; k < prior.components(); ++k) {
    const Matrix<T> c = add_noise(prior.covariances[static_cast<std::size_t>(k)], variance);
    joint(k) = std::log(prior.weights(k)) + log_normal<T>(y, prior.means.col(k), c);
  }
  return joint;
}

template <class T>
double log_density(const GaussianMixture<T>& prior, const Vector<T>& y, double variance = 0.0) {
  const Eigen::VectorXd joint = reference::joint_log_density(prior, y, variance);
  const double largest = joint.maxCoeff();
  return largest + std::log((joint.array() - largest).exp().sum());
}

template <class T>
Eigen::VectorXd posterior_weights(const GaussianMixture<T>& prior, const Vector<T>& y,
                                  double variance = 0.0) {
  return (reference::joint_log_density(prior, y, variance).array() -
          reference::log_density(prior, y, variance))
      .exp();
}

/// `E[x | y]` of `y = x + n` with noise variance `variance`.
template <class T>
Vector<T> conditional_mean(const GaussianMixture<T>& prior, const Vector<T>& y, double variance) {
  const Eigen::VectorXd weights = reference::posterior_weights(prior, y, variance);
  Vector<T> mean = Vector<T>::Zero(y.size());
  for (Index k = 0; k < prior.components(); ++k) {
    mean += T(weights(k)) * wiener<T>(prior.means.col(k),
                                      prior.covariances[static_cast<std::size_t>(k)], variance, y);
  }
  return mean;
}

/// One pass of expectation-maximisation, `C_k = (S_k + kappa C_0) / (n_k + kappa)`.
template <class T>
GaussianMixture<T> em_pass(const GaussianMixture<T>& prior, const Matrix<T>& samples, double kappa,
                           const Matrix<T>& centre) {
  const Index count = samples.cols();
  Eigen::MatrixXd r(prior.components(), count);
  for (Index j = 0; j < count; ++j)
    r.col(j) = reference::posterior_weights<T>(prior, samples.col(j));
  GaussianMixture<T> next = prior;
  for (Index k = 0; k < prior.components(); ++k) {
    const double weight = r.row(k).sum();
    next.weights(k) = weight / static_cast<double>(count);
    next.means.col(k) = samples * r.row(k).transpose().template cast<T>() / T(weight);
    Matrix<T> scatter = T(kappa) * centre;
    for (Index j = 0; j < count; ++j) {
      const Vector<T> d = samples.col(j) - next.means.col(k);
      scatter += T(r(k, j)) * d * d.adjoint();
    }
    next.covariances[static_cast<std::size_t>(k)] = scatter / T(weight + kappa);
  }
  return next;
}

}  // namespace pellucid::reference
