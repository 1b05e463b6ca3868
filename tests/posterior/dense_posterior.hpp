// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The joint-Gaussian conditional written down plainly: one sample and one component at a time, with
// explicit inverses of `A C_k A^H + R`.

#include "pellucid/prior/gaussian_mixture.hpp"
#include "support/random_priors.hpp"
#include "support/reference.hpp"

namespace pellucid::test {

template <class T>
struct DensePosterior {
  Vector<T> mean;
  Matrix<T> covariance;
  Eigen::VectorXd weights;
  double log_density = 0.0;
  Vector<T> score;
};

/// The posterior of `x` given `y = A x + n`, `n ~ N(0, R)`.
template <class T>
DensePosterior<T> dense_posterior(const GaussianMixture<T>& prior, const Matrix<T>& a,
                                  const Matrix<T>& r, const Vector<T>& y) {
  const Index components = prior.components(), n = prior.dim();
  Eigen::VectorXd logs(components);
  std::vector<Vector<T>> means;
  std::vector<Matrix<T>> covariances;
  Matrix<T> slopes(y.size(), components);
  for (Index k = 0; k < components; ++k) {
    const Matrix<T>& c = prior.covariances[static_cast<std::size_t>(k)];
    const Matrix<T> s = a * c * a.adjoint() + r;
    const Matrix<T> precision = reference::inverse<T>(s);
    const Vector<T> observed = a * prior.means.col(k), difference = y - observed;
    logs(k) = std::log(prior.weights(k)) + reference::log_normal<T>(y, observed, s);
    const Matrix<T> gain = c * a.adjoint() * precision;
    means.push_back(prior.means.col(k) + gain * difference);
    // Joseph's form of C - K A C, which does not cancel where little is left.
    const Matrix<T> rest = Matrix<T>::Identity(n, n) - gain * a;
    covariances.push_back(rest * c * rest.adjoint() + gain * r * gain.adjoint());
    slopes.col(k) = -precision * difference;
  }
  DensePosterior<T> posterior;
  const double largest = logs.maxCoeff();
  posterior.log_density = largest + std::log((logs.array() - largest).exp().sum());
  posterior.weights = (logs.array() - posterior.log_density).exp();
  const Vector<T> p = posterior.weights.template cast<T>();
  posterior.score = slopes * p;
  posterior.mean = Vector<T>::Zero(n);
  posterior.covariance = Matrix<T>::Zero(n, n);
  for (Index k = 0; k < components; ++k) {
    posterior.mean += p(k) * means[static_cast<std::size_t>(k)];
  }
  for (Index k = 0; k < components; ++k) {
    const Vector<T> off = means[static_cast<std::size_t>(k)] - posterior.mean;
    posterior.covariance += p(k) * (covariances[static_cast<std::size_t>(k)] + off * off.adjoint());
  }
  return posterior;
}

template <class T>
Matrix<T> white(Index dim, double variance) {
  return T(variance) * Matrix<T>::Identity(dim, dim);
}

/// Draws of `A x + n` under a prior.
template <class T>
Matrix<T> observations(const GaussianMixture<T>& prior, const Matrix<T>& a, double noise_variance,
                       Index count, Generator& generator) {
  return a * draw(prior, count, generator()) +
         T(std::sqrt(noise_variance)) * normal_matrix<T>(a.rows(), count, generator);
}

}  // namespace pellucid::test
