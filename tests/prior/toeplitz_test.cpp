// SPDX-License-Identifier: BSD-3-Clause
#include "prior/toeplitz.hpp"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include "support/golden.hpp"
#include "support/random_priors.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;
using test::Generator;

template <class T>
Eigen::VectorXd random_bins(Index m1, Index m2, Generator& generator) {
  std::uniform_real_distribution<double> uniform(0.1, 1.0);
  Eigen::VectorXd c(m1 * m2);
  for (double& bin : c) bin = uniform(generator);
  if (is_complex<T>) return c;
  Eigen::VectorXd even = c;
  for (Index i = 0; i < c.size(); ++i) {
    even(i) += c((m1 - i / m2) % m1 * m2 + (m2 - i % m2) % m2);
  }
  return even / 2;
}

template <class T>
void expect_toeplitz(const Matrix<T>& c, Index n2) {
  for (Index i = 0; i < c.rows(); ++i) {
    for (Index j = 0; j < c.cols(); ++j) {
      if (i + 1 < c.rows() && j + 1 < c.cols() && (i + 1) % n2 != 0 && (j + 1) % n2 != 0) {
        EXPECT_NEAR(std::abs(c(i, j) - c(i + 1, j + 1)), 0, 1e-13);
      }
      if (i + n2 < c.rows() && j + n2 < c.cols()) {
        EXPECT_NEAR(std::abs(c(i, j) - c(i + n2, j + n2)), 0, 1e-13);
      }
    }
  }
}

template <class T>
double likelihood(const Matrix<T>& covariance, const Matrix<T>& scatter) {
  const Eigen::SelfAdjointEigenSolver<Matrix<T>> eigen(covariance);
  const Matrix<T> turned = eigen.eigenvectors().adjoint() * scatter * eigen.eigenvectors();
  return -(eigen.eigenvalues().array().log() +
           turned.diagonal().real().array() / eigen.eigenvalues().array())
              .sum();
}

// The covariance behind an exact scatter is found, and it is Toeplitz, Hermitian and a sum of
// waves.
template <class T>
void expect_recovered(Index n1, Index n2) {
  SCOPED_TRACE(std::to_string(n1) + "x" + std::to_string(n2));
  Generator generator(1);
  const ToeplitzFamily<T> family(n1, n2);
  const Index m1 = n1 == 1 ? 1 : 2 * n1, m2 = n2 == 1 ? 1 : 2 * n2;
  ASSERT_EQ(family.bins(), m1 * m2);
  const Matrix<T> truth = family.covariance(random_bins<T>(m1, m2, generator));
  expect_toeplitz(truth, n2);
  EXPECT_EQ(truth, Matrix<T>(truth.adjoint()));
  Eigen::VectorXd c = family.start(truth);
  EXPECT_NEAR(c.sum(), std::real(truth(0, 0)), 1e-12);
  const Matrix<T> found = family.improve(truth, c, 20000, 1e-15);
  expect_toeplitz(found, n2);
  EXPECT_LT(test::relative_error(found, truth), 1e-5);
  EXPECT_NEAR(likelihood(found, truth), likelihood(truth, truth), 1e-9);
}

TEST(Toeplitz, TheCovarianceOfAnExactScatterIsFound) {
  expect_recovered<double>(1, 8);
  expect_recovered<Complex>(1, 8);
  expect_recovered<double>(3, 4);
  expect_recovered<Complex>(3, 4);
}

// At the end the likelihood's gradient in c, e^H (C^-1 S C^-1 - C^-1) e, is zero where c is not,
// and not positive elsewhere; on the way the likelihood never fell.
template <class T>
void expect_optimal(Index n1, Index n2) {
  Generator generator(2);
  const ToeplitzFamily<T> family(n1, n2);
  const Index n = n1 * n2;
  const Matrix<T> samples = test::normal_matrix<T>(n, 3 * n, generator);
  const Matrix<T> scatter = samples * samples.adjoint() / T(3.0 * static_cast<double>(n));
  Eigen::VectorXd c = family.start(scatter);
  double before = likelihood(family.covariance(c), scatter);
  for (int pass = 0; pass < 40; ++pass) {
    const double now = likelihood(family.improve(scatter, c, 1, 0.0), scatter);
    EXPECT_GE(now, before - 1e-12);
    before = now;
  }
  const Matrix<T> found = family.improve(scatter, c, 50000, 1e-16);
  const Matrix<T> precision = found.llt().solve(Matrix<T>::Identity(n, n));
  const Eigen::VectorXd gradient =
      family.powers(precision * scatter * precision) - family.powers(precision);
  const double size = family.powers(precision).maxCoeff();
  EXPECT_LT(gradient.maxCoeff(), 1e-3 * size);
  EXPECT_LT((gradient.array() * c.array()).abs().maxCoeff(), 1e-5 * static_cast<double>(n));
}

TEST(Toeplitz, TheEndIsAMaximum) {
  expect_optimal<double>(1, 10);
  expect_optimal<Complex>(1, 10);
  expect_optimal<double>(2, 5);
  expect_optimal<Complex>(3, 3);
}

// Entries of one axis of length 1 are those of the other alone.
TEST(Toeplitz, AnAxisOfOneIsNone) {
  Generator generator(3);
  const Matrix<Complex> scatter = test::random_covariance<Complex>(6, generator);
  const ToeplitzFamily<Complex> row(1, 6), column(6, 1);
  Eigen::VectorXd a = row.start(scatter), b = column.start(scatter);
  EXPECT_LT((a - b).norm(), 1e-12);
  EXPECT_LT((row.improve(scatter, a, 5, 0) - column.improve(scatter, b, 5, 0)).norm(), 1e-10);
}

TEST(Toeplitz, OfWhiteScatterIsWhite) {
  const Matrix<double> scatter = 2.0 * Matrix<double>::Identity(5, 5);
  const ToeplitzFamily<double> family(1, 5);
  Eigen::VectorXd c = family.start(scatter);
  EXPECT_LT((family.improve(scatter, c, 100, 1e-15) - scatter).norm(), 1e-6);
}

}  // namespace
}  // namespace pellucid
