// SPDX-License-Identifier: BSD-3-Clause
// Mixtures of structured covariances against the same mixtures with covariances written out.

#include <gtest/gtest.h>

#include <numbers>

#include "pellucid/base/error.hpp"
#include "support/diagonal_types.hpp"
#include "support/golden.hpp"
#include "support/random_priors.hpp"
#include "support/reference.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;
using test::diagonal_types;
using test::Generator;
using test::normal_matrix;

// `C[a, b] = 1/N sum_m s_m exp(2 pi i m (a - b))` over one or two axes.
template <class T>
Matrix<T> circulant(const Eigen::VectorXd& spectrum, Index n1, Index n2) {
  const Index n = n1 * n2;
  Matrix<T> c(n, n);
  for (Index a = 0; a < n; ++a) {
    for (Index b = 0; b < n; ++b) {
      Complex sum = 0;
      for (Index m = 0; m < n; ++m) {
        const double turns =
            static_cast<double>((m / n2) * (a / n2 - b / n2)) / static_cast<double>(n1) +
            static_cast<double>((m % n2) * (a % n2 - b % n2)) / static_cast<double>(n2);
        sum += spectrum(m) * std::polar(1.0, 2 * std::numbers::pi * turns);
      }
      if constexpr (is_complex<T>) {
        c(a, b) = sum / static_cast<double>(n);
      } else {
        c(a, b) = sum.real() / static_cast<double>(n);
      }
    }
  }
  return c;
}

template <class T>
void expect_circulant(CovarianceType type, Index n1, Index n2) {
  Generator generator(1);
  const auto prior = test::random_diagonal_mixture<T>(type, n1, n2, 2, generator);
  const bool one = type == CovarianceType::circulant;
  const GaussianMixture<T> all = dense(prior);
  for (Index k = 0; k < 2; ++k) {
    const auto expected = circulant<T>(prior.variances.col(k), one ? 1 : n1, one ? n1 * n2 : n2);
    EXPECT_LT(test::relative_error(all.covariances[static_cast<std::size_t>(k)], expected), 1e-13)
        << name(type) << n1 << "x" << n2;
  }
}

TEST(DiagonalMixture, SpectraAreEigenvaluesByFourierBin) {
  for (const auto& [n1, n2] : {std::pair{4, 6}, {5, 3}, {3, 4}, {2, 2}, {1, 7}, {6, 1}}) {
    for (const auto type : {CovarianceType::circulant, CovarianceType::block_circulant}) {
      expect_circulant<double>(type, n1, n2);
      expect_circulant<Complex>(type, n1, n2);
    }
  }
}

// Densities, weights and moments of a structured prior against those of the dense one, 1e-9.
template <class T>
void expect_like_dense(const auto& prior) {
  SCOPED_TRACE(is_complex<T> ? "complex" : "real");
  prior.validate();
  Generator generator(9);
  const GaussianMixture<T> all = dense(prior);
  all.validate();
  const Matrix<T> x = T(1.5) * normal_matrix<T>(prior.dim(), 300, generator);
  for (const double v : {0.0, 0.3}) {
    const Eigen::MatrixXd joint = joint_log_density<T>(prior, x, v, 2);
    EXPECT_LT(test::relative_error(joint, joint_log_density<T>(all, x, v)), 1e-9);
    EXPECT_LT(test::relative_error(log_density<T>(prior, x, v), log_density<T>(all, x, v)), 1e-9);
    EXPECT_LT(
        (posterior_weights<T>(prior, x, v) - posterior_weights<T>(all, x, v)).cwiseAbs().maxCoeff(),
        1e-9);
    const Vector<T> one = x.col(0);
    EXPECT_NEAR(log_density<T>(prior, one, v)(0), reference::log_density<T>(all, one, v), 1e-8);
  }
  EXPECT_NEAR(average_variance(prior), average_variance(all), 1e-12);
  const Gaussian<T> whole = moments(prior), expected = moments(all);
  EXPECT_LT(test::relative_error(whole.mean, expected.mean), 1e-12);
  EXPECT_LT(test::relative_error(whole.covariance, expected.covariance), 1e-12);
}

// The sample covariance of n draws is within some C / sqrt(n) of the covariance.
template <class T>
void expect_draws(const auto& prior) {
  const Index count = 40000;
  const Matrix<T> x = draw(prior, count, 7);
  const Gaussian<T> whole = moments(prior);
  const Vector<T> mean = x.rowwise().mean();
  const Matrix<T> centred = x.colwise() - mean;
  const Matrix<T> covariance = centred * centred.adjoint() / T(static_cast<double>(count));
  EXPECT_LT((mean - whole.mean).norm(), 0.05 * std::sqrt(whole.covariance.diagonal().real().sum()));
  EXPECT_LT((covariance - whole.covariance).norm(), 0.05 * whole.covariance.norm());
  // A product of few columns may round otherwise than one of many.
  EXPECT_LT(test::relative_error(draw(prior, 5, 7, 11), x.middleCols(11, 5)), 1e-13);
}

TEST(DiagonalMixture, AgreesWithCovariancesWrittenOut) {
  for (const auto type : diagonal_types) {
    SCOPED_TRACE(name(type));
    Generator generator(2);
    expect_like_dense<double>(test::random_diagonal_mixture<double>(type, 3, 4, 3, generator));
    expect_like_dense<Complex>(test::random_diagonal_mixture<Complex>(type, 3, 4, 3, generator));
  }
}

TEST(DiagonalMixture, DrawsHaveItsMoments) {
  for (const auto type : diagonal_types) {
    SCOPED_TRACE(name(type));
    Generator generator(3);
    expect_draws<double>(test::random_diagonal_mixture<double>(type, 2, 3, 3, generator));
    expect_draws<Complex>(test::random_diagonal_mixture<Complex>(type, 2, 3, 3, generator));
  }
}

TEST(FactorMixture, AgreesWithCovariancesWrittenOut) {
  Generator generator(4);
  expect_like_dense<double>(test::random_factor_mixture<double>(9, 3, 3, generator));
  expect_like_dense<Complex>(test::random_factor_mixture<Complex>(9, 3, 3, generator));
}

TEST(FactorMixture, DrawsHaveItsMoments) {
  Generator generator(5);
  expect_draws<double>(test::random_factor_mixture<double>(6, 2, 3, generator));
  expect_draws<Complex>(test::random_factor_mixture<Complex>(6, 2, 3, generator));
}

TEST(StructuredMixtures, CountTheirFreeParameters) {
  Generator generator(6);
  const auto count = [&]<class T>(CovarianceType type, T) {
    return parameter_count(test::random_diagonal_mixture<T>(type, 2, 4, 3, generator));
  };
  // Two weights, then means and covariances: N = 8, K = 3.
  EXPECT_EQ(count(CovarianceType::diag, 0.0), 2 + 24 + 24);
  EXPECT_EQ(count(CovarianceType::spherical, 0.0), 2 + 24 + 3);
  EXPECT_EQ(count(CovarianceType::tied, 0.0), 2 + 24 + 36);
  EXPECT_EQ(count(CovarianceType::circulant, 0.0), 2 + 24 + 3 * 5);
  EXPECT_EQ(count(CovarianceType::block_circulant, 0.0), 2 + 24 + 3 * 6);
  EXPECT_EQ(count(CovarianceType::circulant, Complex()), 2 + 48 + 24);
  EXPECT_EQ(count(CovarianceType::tied, Complex()), 2 + 48 + 64);
  EXPECT_EQ(parameter_count(test::random_factor_mixture<double>(8, 2, 3, generator)),
            2 + 3 * (8 + 8 + 16 - 1));
  EXPECT_EQ(parameter_count(test::random_factor_mixture<Complex>(8, 2, 3, generator)),
            2 + 3 * (16 + 8 + 32 - 4));
}

TEST(StructuredMixtures, WhatDoesNotHoldIsRefused) {
  Generator generator(7);
  auto prior = test::random_diagonal_mixture<double>(CovarianceType::circulant, 1, 4, 2, generator);
  prior.variances(1, 0) += 0.1;
  EXPECT_THROW(prior.validate(), Error);
  prior = test::random_diagonal_mixture<double>(CovarianceType::spherical, 1, 4, 2, generator);
  prior.variances(1, 0) += 0.1;
  EXPECT_THROW(prior.validate(), Error);
  prior = test::random_diagonal_mixture<double>(CovarianceType::tied, 1, 4, 2, generator);
  prior.eigenvectors(0, 0) += 0.1;
  EXPECT_THROW(prior.validate(), Error);
  prior = test::random_diagonal_mixture<double>(CovarianceType::diag, 1, 4, 2, generator);
  prior.variances(2, 1) = 0;
  prior.validate();
  EXPECT_THROW((void)log_density<double>(prior, prior.means, 0.0), Error);
  EXPECT_NO_THROW((void)log_density<double>(prior, prior.means, 0.1));
  prior.covariance = CovarianceType::toeplitz;
  EXPECT_THROW(prior.validate(), Error);
  auto factors = test::random_factor_mixture<double>(4, 2, 2, generator);
  factors.factors[1].conservativeResize(4, 1);
  EXPECT_THROW(factors.validate(), Error);
}

}  // namespace
}  // namespace pellucid
