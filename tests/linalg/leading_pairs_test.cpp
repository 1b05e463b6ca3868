// SPDX-License-Identifier: BSD-3-Clause
// The largest eigenpairs, of a matrix and of products with one.
#include <gtest/gtest.h>

#include "linalg/eigh_leading.hpp"
#include "linalg/krylov.hpp"
#include "pellucid/base/error.hpp"
#include "support/random_priors.hpp"

namespace pellucid::linalg {
namespace {

using Complex = std::complex<double>;

template <class T>
class LeadingPairsOf : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(LeadingPairsOf, Numbers);

/// `U diag(values) U^H`.
template <class T>
Matrix<T> matrix_with(const Eigen::VectorXd& values, test::Generator& generator) {
  const Matrix<T> u = test::random_unitary<T>(values.size(), generator);
  return u * values.cast<T>().asDiagonal() * u.adjoint();
}

template <class T>
void expect_pairs(const Matrix<T>& c, const Eigen::VectorXd& truth, const Eigen::VectorXd& values,
                  const Matrix<T>& vectors, double tolerance) {
  const Index k = values.size();
  EXPECT_LT((values - truth.head(k)).cwiseAbs().maxCoeff(), tolerance * truth(0));
  EXPECT_LT((c * vectors - vectors * values.cast<T>().asDiagonal()).norm(), tolerance * truth(0));
  EXPECT_LT((vectors.adjoint() * vectors - Matrix<T>::Identity(k, k)).norm(), 1e-12);
}

template <class T>
LeadingPairs<T> pairs_of(const Matrix<T>& c, Index count, const KrylovOptions& options = {}) {
  return leading_pairs<T>([&](ConstBatch<T> v, Batch<T> out) { out = c * v; }, c.rows(), count,
                          options);
}

Eigen::VectorXd falling(Index n) {
  return Eigen::VectorXd::LinSpaced(n, 1.0, static_cast<double>(n)).cwiseInverse();
}

TYPED_TEST(LeadingPairsOf, MatrixAreItsLargest) {
  using T = TypeParam;
  test::Generator generator(1);
  for (const double scale : {1.0, 1e-120, 1e120}) {
    const Eigen::VectorXd truth = scale * falling(60);
    const Matrix<T> c = matrix_with<T>(truth, generator);
    for (const Index count : {1, 7, 60}) {
      Matrix<T> work = c, vectors;
      Eigen::VectorXd values;
      eigh_leading<T>(work, count, values, vectors);
      expect_pairs<T>(c, truth, values, vectors, 1e-13);
    }
  }
}

TYPED_TEST(LeadingPairsOf, MatrixMayBeEqualOrZero) {
  using T = TypeParam;
  test::Generator generator(2);
  Eigen::VectorXd truth = Eigen::VectorXd::Zero(50);
  truth.head(8).setConstant(3.0);
  const Matrix<T> c = matrix_with<T>(truth, generator);
  Matrix<T> work = c, vectors;
  Eigen::VectorXd values;
  eigh_leading<T>(work, 12, values, vectors);
  expect_pairs<T>(c, truth, values, vectors, 1e-13);
  // Four of eight equal eigenvalues are as good as any other four.
  const LeadingPairs<T> pairs = pairs_of<T>(c, 4);
  expect_pairs<T>(c, truth, pairs.values, pairs.vectors, 1e-7);
  const LeadingPairs<T> none = pairs_of<T>(Matrix<T>::Zero(50, 50), 4);
  EXPECT_LT((none.vectors.adjoint() * none.vectors - Matrix<T>::Identity(4, 4)).norm(), 1e-12);
  EXPECT_EQ(none.values, Eigen::VectorXd::Zero(4));
}

TYPED_TEST(LeadingPairsOf, ProductsReachTheStatedResidual) {
  using T = TypeParam;
  test::Generator generator(3);
  const Eigen::VectorXd truth = 7.0 * falling(300);
  const Matrix<T> c = matrix_with<T>(truth, generator);
  const LeadingPairs<T> pairs = pairs_of<T>(c, 6);
  // Five residuals of at most 1e-8 each; eigenvalues are off by its square over a gap.
  expect_pairs<T>(c, truth, pairs.values, pairs.vectors, 3e-8);
  EXPECT_LT((pairs.values - truth.head(6)).norm(), 1e-12);
  EXPECT_LE(pairs.residuals.maxCoeff(), 1e-8 * truth(0));
  EXPECT_LT(pairs.products, 20);
  const Matrix<T> residuals =
      c * pairs.vectors - pairs.vectors * pairs.values.template cast<T>().asDiagonal();
  EXPECT_LT((residuals.colwise().norm().transpose() - pairs.residuals).norm(), 1e-13);
}

TYPED_TEST(LeadingPairsOf, ProductsFindAllOfASmallSpace) {
  using T = TypeParam;
  test::Generator generator(4);
  const Eigen::VectorXd truth = falling(11);
  const Matrix<T> c = matrix_with<T>(truth, generator);
  for (const Index count : {1, 5, 11}) {
    const LeadingPairs<T> pairs = pairs_of<T>(c, count);
    expect_pairs<T>(c, truth, pairs.values, pairs.vectors, 3e-8);
  }
  EXPECT_THROW((void)pairs_of<T>(c, 0), Error);
  EXPECT_THROW((void)pairs_of<T>(c, 12), Error);
}

TEST(LeadingPairsLimit, TooFewProductsAreToldOf) {
  test::Generator generator(5);
  const Matrix<double> c = matrix_with<double>(falling(200), generator);
  EXPECT_THROW((void)pairs_of<double>(c, 5, {.most_products = 2}), Error);
}

}  // namespace
}  // namespace pellucid::linalg
