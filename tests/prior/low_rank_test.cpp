// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/low_rank.hpp"

#include <gtest/gtest.h>

#include "pellucid/base/error.hpp"
#include "support/random_priors.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;
using test::Generator;

template <class T>
class LowRankPrior : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(LowRankPrior, Numbers);

/// Samples whose covariance has well separated eigenvalues.
template <class T>
Matrix<T> stretched_samples(Index dim, Index count, Generator& generator) {
  Matrix<T> x = test::normal_matrix<T>(dim, count, generator);
  for (Index i = 0; i < dim; ++i) x.row(i) *= T(std::pow(0.8, i));
  return test::random_unitary<T>(dim, generator) * x;
}

template <class T>
double orthonormality_error(const LowRank<T>& model) {
  const Index k = model.rank();
  return (model.eigenvectors.adjoint() * model.eigenvectors - Matrix<T>::Identity(k, k)).norm();
}

TYPED_TEST(LowRankPrior, GramMatrixAndCovarianceGiveTheSameComponents) {
  using T = TypeParam;
  Generator generator(1);
  // Fewer samples than entries: fit_low_rank goes through the Gram matrix.
  const Matrix<T> x = stretched_samples<T>(40, 30, generator).array() + T(2.0);
  const MatrixSource<T> source(x);
  const LowRank<T> gram = fit_low_rank<T>(source, 12, 1);
  const LowRank<T> covariance = leading_components(fit_gaussian<T>(source, 1), 12);
  EXPECT_LT((gram.mean - covariance.mean).norm(), 1e-12);
  EXPECT_LT((gram.eigenvalues - covariance.eigenvalues).norm(), 1e-12);
  EXPECT_LT((gram.eigenvectors - covariance.eigenvectors).norm(), 1e-9);
  EXPECT_LT(orthonormality_error(gram), 1e-12);
  gram.validate();
}

TYPED_TEST(LowRankPrior, FullRankRestoresTheCovariance) {
  using T = TypeParam;
  Generator generator(2);
  const Matrix<T> x = stretched_samples<T>(10, 100, generator);
  const LowRank<T> model = fit_low_rank<T>(MatrixSource<T>(x), 10, 1);
  const Gaussian<T> whole = fit_gaussian<T>(MatrixSource<T>(x), 1);
  const Matrix<T> restored = model.eigenvectors *
                             model.eigenvalues.template cast<T>().asDiagonal() *
                             model.eigenvectors.adjoint();
  EXPECT_LT((restored - whole.covariance).norm(), 1e-12);
  EXPECT_NEAR(average_variance(model), average_variance(whole), 1e-13);
}

TYPED_TEST(LowRankPrior, DuplicatedSamplesGiveAnOrthonormalBasisAndZeroEigenvalues) {
  using T = TypeParam;
  Generator generator(3);
  Matrix<T> x(50, 12);
  x << test::normal_matrix<T>(50, 4, generator).replicate(1, 3);
  const LowRank<T> model = fit_low_rank<T>(MatrixSource<T>(x), 8, 1);
  EXPECT_LT(orthonormality_error(model), 1e-12);
  EXPECT_GT(model.eigenvalues(2), 0.1);
  EXPECT_LT(model.eigenvalues.tail(5).maxCoeff(), 1e-12);
  EXPECT_GE(model.eigenvalues.minCoeff(), 0.0);
  EXPECT_TRUE(model.eigenvectors.allFinite());
}

TYPED_TEST(LowRankPrior, DrawsLieOnTheSubspaceWithItsVariances) {
  using T = TypeParam;
  Generator generator(4);
  const LowRank<T> model{test::normal_matrix<T>(8, 1, generator),
                         test::random_unitary<T>(8, generator).leftCols(2),
                         Eigen::Vector2d(4.0, 0.25)};
  const Matrix<T> x = draw(model, 20000, 5).colwise() - model.mean;
  const Matrix<T> scores = model.eigenvectors.adjoint() * x;
  EXPECT_LT((x - model.eigenvectors * scores).norm(), 1e-12 * x.norm());
  // A variance from 20,000 samples has a relative deviation of 1 % at most.
  EXPECT_NEAR(scores.row(0).squaredNorm() / 20000.0, 4.0, 0.2);
  EXPECT_NEAR(scores.row(1).squaredNorm() / 20000.0, 0.25, 0.0125);
  const Matrix<T> few = draw(model, 10, 5).colwise() - model.mean;
  EXPECT_LT((few - x.leftCols(10)).norm(), 1e-12);
}

TYPED_TEST(LowRankPrior, ThreadsChangeNoBits) {
  using T = TypeParam;
  Generator generator(5);
  const Matrix<T> x = stretched_samples<T>(700, 600, generator);
  const LowRank<T> one = fit_low_rank<T>(MatrixSource<T>(x), 5, 1);
  const LowRank<T> two = fit_low_rank<T>(MatrixSource<T>(x), 5, 2);
  EXPECT_EQ(one.eigenvectors, two.eigenvectors);
  EXPECT_EQ(one.eigenvalues, two.eigenvalues);
}

TEST(LowRankFit, RefusesRanksThatTheSamplesCannotCarry) {
  const Matrix<double> x = Matrix<double>::Random(6, 4);
  const MatrixSource<double> source(x);
  EXPECT_THROW((void)fit_low_rank<double>(source, 0), Error);
  EXPECT_THROW((void)fit_low_rank<double>(source, 4), Error);
  EXPECT_EQ(fit_low_rank<double>(source, 3).rank(), 3);
  const Matrix<double> nothing(6, 0);
  EXPECT_THROW((void)fit_low_rank<double>(MatrixSource<double>(nothing), 1), Error);
}

TEST(LowRankValidate, RefusesVectorsThatAreNotOrthonormal) {
  LowRank<double> model{Vector<double>::Zero(3), Matrix<double>::Identity(3, 2),
                        Eigen::Vector2d(2.0, 1.0)};
  model.validate();
  model.eigenvectors(0, 1) = 0.1;
  EXPECT_THROW(model.validate(), Error);
  model.eigenvectors(0, 1) = 0.0;
  model.eigenvalues(1) = -1.0;
  EXPECT_THROW(model.validate(), Error);
}

}  // namespace
}  // namespace pellucid
