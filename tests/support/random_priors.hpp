// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Priors and samples for tests, from a generator that shares nothing with the library's own.

#include <random>

#include "pellucid/prior/diagonal_mixture.hpp"
#include "pellucid/prior/factor_mixture.hpp"
#include "pellucid/prior/gaussian_mixture.hpp"

namespace pellucid::test {

using Generator = std::mt19937_64;

/// Standard normal entries; complex ones have variance 1.
template <class T>
Matrix<T> normal_matrix(Index rows, Index cols, Generator& generator) {
  std::normal_distribution<double> normal;
  Matrix<T> m(rows, cols);
  for (Index j = 0; j < cols; ++j) {
    for (Index i = 0; i < rows; ++i) {
      if constexpr (is_complex<T>) {
        const double re = normal(generator), im = normal(generator);
        m(i, j) = T(re, im) / std::sqrt(2.0);
      } else {
        m(i, j) = normal(generator);
      }
    }
  }
  return m;
}

/// A Hermitian positive definite matrix with eigenvalues spread over about two decades.
template <class T>
Matrix<T> random_covariance(Index dim, Generator& generator) {
  const Matrix<T> a = normal_matrix<T>(dim, dim, generator);
  Matrix<T> c = a * a.adjoint() / T(static_cast<double>(dim));
  c.diagonal().array() += T(0.01);
  return (c + c.adjoint()) / T(2.0);
}

template <class T>
Gaussian<T> random_gaussian(Index dim, Generator& generator) {
  return {normal_matrix<T>(dim, 1, generator), random_covariance<T>(dim, generator)};
}

/// Components with random weights and covariances, and means `spread` apart.
template <class T>
GaussianMixture<T> random_mixture(Index dim, Index components, Generator& generator,
                                  double spread = 1.0) {
  GaussianMixture<T> prior;
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  prior.weights.resize(components);
  for (double& w : prior.weights) w = uniform(generator);
  prior.weights /= prior.weights.sum();
  prior.means = T(spread) * normal_matrix<T>(dim, components, generator);
  for (Index k = 0; k < components; ++k) {
    prior.covariances.push_back(random_covariance<T>(dim, generator));
  }
  return prior;
}

/// A random unitary (real: orthogonal) matrix.
template <class T>
Matrix<T> random_unitary(Index dim, Generator& generator);

/// Components of one covariance type with means `spread` apart, samples of `n1 n2` entries.
template <class T>
DiagonalMixture<T> random_diagonal_mixture(CovarianceType type, Index n1, Index n2,
                                           Index components, Generator& generator,
                                           double spread = 1.0);

/// A mixture of factor analysers.
template <class T>
FactorMixture<T> random_factor_mixture(Index dim, Index rank, Index components,
                                       Generator& generator, double spread = 1.0);

}  // namespace pellucid::test
