// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include "pellucid/base/error.hpp"
#include "pellucid/posterior/mixture_posterior.hpp"
#include "posterior/dense_posterior.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

template <class T>
class ColouredNoise : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(ColouredNoise, Numbers);

template <class T>
void expect_dense(const Matrix<T>& a, bool identity, double factor) {
  test::Generator generator(1);
  const auto prior = test::random_mixture<T>(a.cols(), 4, generator);
  const Matrix<T> r = test::random_covariance<T>(a.rows(), generator);
  const MixturePosterior<T> posterior(
      prior, {.matrix = identity ? Matrix<T>() : a, .noise_covariance = r});
  const std::span<const double> level(&factor, 1);
  const Matrix<T> y = test::observations(prior, a, factor, 6, generator);
  const auto moments = posterior.moments(y, level);
  const auto density = posterior.log_density(y, level);
  const auto score = posterior.score(y, level);
  for (Index j = 0; j < y.cols(); ++j) {
    const auto truth = test::dense_posterior<T>(prior, a, Matrix<T>(T(factor) * r), y.col(j));
    EXPECT_LT((moments.mean.col(j) - truth.mean).norm(), 1e-9 * truth.mean.norm());
    EXPECT_LT((moments.variance.col(j) - truth.covariance.diagonal().real()).norm(),
              1e-9 * truth.covariance.norm());
    EXPECT_NEAR(density(j), truth.log_density, 1e-9 * std::abs(truth.log_density));
    EXPECT_LT((score.col(j) - truth.score).norm(), 1e-9 * truth.score.norm());
  }
}

TYPED_TEST(ColouredNoise, Denoising) {
  expect_dense<TypeParam>(Matrix<TypeParam>::Identity(6, 6), true, 1.0);
}

TYPED_TEST(ColouredNoise, WideMatrix) {
  test::Generator generator(2);
  expect_dense<TypeParam>(test::normal_matrix<TypeParam>(4, 7, generator), false, 1.0);
}

TYPED_TEST(ColouredNoise, TallMatrixAndAFactor) {
  test::Generator generator(3);
  expect_dense<TypeParam>(test::normal_matrix<TypeParam>(11, 5, generator), false, 2.5);
}

// One entry seen almost without noise, in the middle: against conditioning on one entry after the
// other, the exact one first (every update is a scalar one, and stable). Digits are lost beyond a
// ratio of 1e6 between the deviations, not more than it has.
TYPED_TEST(ColouredNoise, OneEntryNearlyExact) {
  using T = TypeParam;
  constexpr Index n = 6, exact = 2;
  test::Generator generator(7);
  for (const double deviation : {1e-3, 1e-5, 1e-7, 1e-8}) {
    SCOPED_TRACE(deviation);
    const auto prior = test::random_mixture<T>(n, 1, generator);
    Matrix<T> noise = Matrix<T>::Identity(n, n);
    noise(exact, exact) = T(deviation * deviation);
    const MixturePosterior<T> posterior(prior, {.matrix = {}, .noise_covariance = noise});
    const Matrix<T> y = test::normal_matrix<T>(n, 3, generator);
    const double level = 1.0;
    const auto moments = posterior.moments(y, std::span<const double>(&level, 1));
    for (Index j = 0; j < y.cols(); ++j) {
      Vector<T> mean = prior.means.col(0);
      Matrix<T> covariance = prior.covariances[0];
      for (const Index i : {exact, Index{0}, Index{1}, Index{3}, Index{4}, Index{5}}) {
        const Vector<T> column = covariance.col(i);
        const T total = column(i) + noise(i, i);
        mean += column * ((y(i, j) - mean(i)) / total);
        covariance -= column * column.adjoint() / total;
      }
      const double tolerance = std::max(1e-9, 1e-15 / deviation);
      EXPECT_LT((moments.mean.col(j) - mean).norm(), tolerance * mean.norm());
      for (Index i = 0; i < n; ++i) {
        if (i == exact) continue;  // here the updates themselves cancel
        const double variance = std::real(covariance(i, i));
        EXPECT_NEAR(moments.variance(i, j), variance, tolerance * variance);
      }
    }
  }
}

TYPED_TEST(ColouredNoise, ZeroRows) {
  test::Generator generator(4);
  Matrix<TypeParam> a = test::normal_matrix<TypeParam>(5, 7, generator);
  a.row(3).setZero();
  expect_dense<TypeParam>(a, false, 1.0);
}

TYPED_TEST(ColouredNoise, WrongCovariancesAreErrors) {
  using T = TypeParam;
  test::Generator generator(5);
  const auto prior = test::random_mixture<T>(3, 2, generator);
  const auto make = [&](const Matrix<T>& r) {
    return MixturePosterior<T>(prior, {.matrix = {}, .noise_covariance = r});
  };
  const Matrix<T> v = test::normal_matrix<T>(3, 1, generator);
  EXPECT_THROW(make(v * v.adjoint()), Error);                          // singular
  EXPECT_THROW(make(Matrix<T>::Identity(4, 4)), Error);                // shape
  EXPECT_THROW(make(test::normal_matrix<T>(3, 3, generator)), Error);  // not Hermitian
  EXPECT_THROW(make(Vector<T>(Eigen::Vector3d(1, -1, 1).cast<T>()).asDiagonal()), Error);
}

}  // namespace
}  // namespace pellucid
