// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include "pellucid/base/error.hpp"
#include "pellucid/posterior/mixture_posterior.hpp"
#include "posterior/dense_posterior.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;
constexpr double none = 0.0;

template <class T>
class Limits : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(Limits, Numbers);

template <class T>
MixturePosterior<T> posterior_of(const GaussianMixture<T>& prior, const Matrix<T>& a) {
  return MixturePosterior<T>(prior, {.matrix = a, .noise_covariance = {}});
}

// Without noise, A x = y holds, and a full-rank observation leaves nothing open.
TYPED_TEST(Limits, WithoutNoiseTheMeanFitsTheObservation) {
  using T = TypeParam;
  test::Generator generator(1);
  const auto prior = test::random_mixture<T>(6, 3, generator);
  for (const Index m : {3, 6, 9}) {
    const Matrix<T> a = test::normal_matrix<T>(m, 6, generator);
    const Matrix<T> x = draw(prior, 5, 2), y = a * x;
    const auto posterior = posterior_of(prior, a);
    const auto moments = posterior.moments(y, {&none, 1});
    EXPECT_LT((a * moments.mean - y).norm(), 1e-9 * y.norm()) << m;
    if (m < 6) {
      const auto near = test::dense_posterior<T>(prior, a, test::white<T>(m, 1e-10), y.col(0));
      EXPECT_LT((moments.mean.col(0) - near.mean).norm(), 1e-6 * near.mean.norm());
      EXPECT_LT((moments.variance.col(0) - near.covariance.diagonal().real()).norm(),
                1e-6 * near.covariance.norm());
    } else {
      EXPECT_LT((moments.mean - x).norm(), 1e-9 * x.norm());
      EXPECT_LT(moments.variance.maxCoeff(), 1e-12);
    }
    const Matrix<T> draws = posterior.draw(y, {&none, 1}, 1, 3);
    EXPECT_LT((a * draws - y).norm(), 1e-9 * y.norm());
  }
}

TYPED_TEST(Limits, WithoutNoiseTheIdentityReturnsTheObservation) {
  using T = TypeParam;
  test::Generator generator(4);
  auto prior = test::random_mixture<T>(4, 2, generator);
  prior.covariances[1].setZero();  // a component that has no density
  const MixturePosterior<T> posterior(prior);
  const Matrix<T> y = test::normal_matrix<T>(4, 3, generator);
  const auto moments = posterior.moments(y, {&none, 1});
  EXPECT_EQ(moments.mean, y);
  EXPECT_EQ(moments.variance.maxCoeff(), 0.0);
  EXPECT_EQ(posterior.draw(y, {&none, 1}, 1, 1), y);
  EXPECT_THROW((void)posterior.weights(y, {&none, 1}), Error);
  EXPECT_THROW((void)posterior.log_density(y, {&none, 1}), Error);
}

TYPED_TEST(Limits, WithoutNoiseASingularComponentCannotBeWeighed) {
  using T = TypeParam;
  test::Generator generator(5);
  auto prior = test::random_mixture<T>(4, 2, generator);
  prior.covariances[1].setZero();
  const Matrix<T> y = test::normal_matrix<T>(2, 3, generator);
  const auto posterior = posterior_of<T>(prior, test::normal_matrix<T>(2, 4, generator));
  EXPECT_THROW((void)posterior.mean(y, {&none, 1}), Error);
}

TYPED_TEST(Limits, WithoutNoiseAGaussianOnASubspaceIsProjectedOnto) {
  using T = TypeParam;
  test::Generator generator(6);
  const Matrix<T> f = test::normal_matrix<T>(6, 2, generator);
  const Gaussian<T> prior{Vector<T>::Zero(6), f * f.adjoint()};
  const Matrix<T> a = test::normal_matrix<T>(4, 6, generator);
  const MixturePosterior<T> posterior(prior, {.matrix = a, .noise_covariance = {}});
  const Matrix<T> x = f * test::normal_matrix<T>(2, 5, generator), y = a * x;
  const auto moments = posterior.moments(y, {&none, 1});
  EXPECT_LT((moments.mean - x).norm(), 1e-7 * x.norm());
  EXPECT_LT(moments.variance.maxCoeff(), 1e-12);
}

// Nothing observed: the prior.
TYPED_TEST(Limits, ZeroMatrixLeavesThePrior) {
  using T = TypeParam;
  test::Generator generator(7);
  const auto prior = test::random_mixture<T>(4, 3, generator);
  const auto posterior = posterior_of<T>(prior, Matrix<T>::Zero(2, 4));
  const auto whole = moments(prior);
  for (const double noise : {0.0, 1.0}) {
    const auto answer = posterior.moments(Matrix<T>::Zero(2, 3), {&noise, 1});
    EXPECT_LT((answer.mean.col(1) - whole.mean).norm(), 1e-12);
    EXPECT_LT((answer.variance.col(1) - whole.covariance.diagonal().real()).norm(), 1e-12);
  }
  const double noise = 2.0;
  const Matrix<T> y = test::normal_matrix<T>(2, 1, generator);
  const auto truth =
      test::dense_posterior<T>(prior, Matrix<T>::Zero(2, 4), test::white<T>(2, 2.0), y.col(0));
  EXPECT_NEAR(posterior.log_density(y, {&noise, 1})(0), truth.log_density, 1e-12);
  EXPECT_LT((posterior.score(y, {&noise, 1}) - truth.score).norm(), 1e-12);
}

TYPED_TEST(Limits, HugeNoiseLeavesThePrior) {
  using T = TypeParam;
  test::Generator generator(8);
  const auto prior = test::random_mixture<T>(4, 3, generator);
  const auto posterior = posterior_of<T>(prior, test::normal_matrix<T>(3, 4, generator));
  const double noise = 1e20;
  const auto answer = posterior.moments(test::normal_matrix<T>(3, 2, generator), {&noise, 1});
  EXPECT_LT((answer.mean.col(1) - moments(prior).mean).norm(), 1e-9);
}

TYPED_TEST(Limits, AComponentWithoutWeightIsLeftOut) {
  using T = TypeParam;
  test::Generator generator(9);
  auto prior = test::random_mixture<T>(4, 3, generator);
  prior.weights << 0.4, 0.0, 0.6;
  GaussianMixture<T> rest{
      Eigen::Vector2d(0.4, 0.6), Matrix<T>(4, 2), {prior.covariances[0], prior.covariances[2]}};
  rest.means << prior.means.col(0), prior.means.col(2);
  const Matrix<T> a = test::normal_matrix<T>(3, 4, generator);
  const Matrix<T> y = test::normal_matrix<T>(3, 5, generator);
  const double noise = 0.1;
  EXPECT_LT(
      (posterior_of(prior, a).mean(y, {&noise, 1}) - posterior_of(rest, a).mean(y, {&noise, 1}))
          .norm(),
      1e-12);
}

}  // namespace
}  // namespace pellucid
