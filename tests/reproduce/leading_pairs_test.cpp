// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/leading_pairs.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

#include "support/random_priors.hpp"

namespace pellucid::reproduce {
namespace {

// Eigenvalues l / (l + v) of a denoiser of pictures, l falling as 1 / i².
Matrix<double> denoiser_like(Index dim, test::Generator& generator) {
  const Matrix<double> random = test::random_covariance<double>(dim, generator);
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> solver(random);
  Eigen::VectorXd values(dim);
  for (Index i = 0; i < dim; ++i) {
    const double l = 100 / std::pow(static_cast<double>(i + 1), 2);
    values(i) = l / (l + 5);
  }
  return solver.eigenvectors() * values.asDiagonal() * solver.eigenvectors().transpose();
}

TEST(LeadingPairs, AreThoseOfTheDenseMatrix) {
  test::Generator generator(7);
  const Matrix<double> matrix = denoiser_like(80, generator);
  const Matrix<double> start = test::normal_matrix<double>(80, 8, generator);
  const LeadingPairs pairs =
      leading_pairs([&](const Matrix<double>& v) { return matrix * v; }, start, 8, 8);
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> dense(matrix);
  for (Index i = 0; i < 8; ++i) {
    EXPECT_NEAR(pairs.values(i), dense.eigenvalues()(79 - i), 1e-6) << i;
    const double cosine = pairs.vectors.col(i).dot(dense.eigenvectors().col(79 - i));
    EXPECT_NEAR(cosine * cosine, 1, 1e-5) << i;
  }
  EXPECT_LT(pairs.asymmetry, 1e-12);
  EXPECT_LT(pairs.residual, 1e-3);
}

// Of a matrix that is not symmetric, the pairs of its symmetric part, and how much it is not: the
// whole space is spanned here, so both are those of the matrix.
TEST(LeadingPairs, TellTheAsymmetry) {
  test::Generator generator(9);
  Matrix<double> matrix = denoiser_like(16, generator);
  const Matrix<double> noise = 0.02 * test::normal_matrix<double>(16, 16, generator);
  matrix += noise;
  const LeadingPairs pairs = leading_pairs([&](const Matrix<double>& v) { return matrix * v; },
                                           test::normal_matrix<double>(16, 4, generator), 4, 10);
  const Matrix<double> twice = matrix + matrix.transpose();
  EXPECT_NEAR(pairs.asymmetry, (matrix - matrix.transpose()).norm() / twice.norm(), 1e-10);
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> dense(twice / 2);
  for (Index i = 0; i < 4; ++i) {
    EXPECT_NEAR(pairs.values(i), dense.eigenvalues()(15 - i), 1e-10) << i;
  }
}

}  // namespace
}  // namespace pellucid::reproduce
