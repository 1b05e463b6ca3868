// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include "pellucid/posterior/mixture_posterior.hpp"
#include "posterior/dense_posterior.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

template <class T>
class PosteriorDraws : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(PosteriorDraws, Numbers);

// Mean and covariance of many draws given one observation, within 5 standard errors each.
template <class T>
void expect_moments(const Matrix<T>& a) {
  test::Generator generator(1);
  const auto prior = test::random_mixture<T>(a.cols(), 3, generator, 0.5);
  const MixturePosterior<T> posterior(prior, {.matrix = a, .noise_covariance = {}});
  const double noise = 0.5;
  const Index count = 40000, n = a.cols();
  const Matrix<T> y = test::observations(prior, a, noise, 1, generator);
  const auto truth = test::dense_posterior<T>(prior, a, test::white<T>(a.rows(), noise), y.col(0));
  const Matrix<T> draws = posterior.draw(y, {&noise, 1}, count, 7);
  ASSERT_EQ(draws.cols(), count);
  const Vector<T> mean = draws.rowwise().mean();
  const Matrix<T> centred = draws.colwise() - truth.mean;
  for (Index i = 0; i < n; ++i) {
    const double error = std::sqrt(std::real(truth.covariance(i, i)) / count);
    EXPECT_LT(std::abs(mean(i) - truth.mean(i)), 5 * error);
    for (Index j = 0; j <= i; ++j) {
      const Eigen::Array<T, Eigen::Dynamic, 1> products =
          centred.row(i).transpose().array() * centred.row(j).transpose().array().conjugate();
      const double deviation = std::sqrt((products - products.mean()).abs2().mean() / count);
      EXPECT_LT(std::abs(products.mean() - truth.covariance(i, j)), 5 * deviation) << i << ' ' << j;
    }
  }
}

TYPED_TEST(PosteriorDraws, HaveThePosteriorsMomentsWide) {
  test::Generator generator(2);
  expect_moments<TypeParam>(test::normal_matrix<TypeParam>(2, 5, generator));
}
TYPED_TEST(PosteriorDraws, HaveThePosteriorsMomentsTall) {
  test::Generator generator(3);
  expect_moments<TypeParam>(test::normal_matrix<TypeParam>(7, 4, generator));
}

TYPED_TEST(PosteriorDraws, OfPlainDenoisingHaveThePosteriorsMoments) {
  using T = TypeParam;
  test::Generator generator(4);
  const auto prior = test::random_mixture<T>(4, 3, generator, 0.5);
  const MixturePosterior<T> posterior(prior);
  const double noise = 0.8;
  const Index count = 40000;
  const Matrix<T> y = test::normal_matrix<T>(4, 1, generator);
  const Matrix<T> draws = posterior.draw(y, {&noise, 1}, count, 8);
  const auto moments = posterior.moments(y, {&noise, 1});
  for (Index i = 0; i < 4; ++i) {
    const double error = std::sqrt(moments.variance(i, 0) / count);
    EXPECT_LT(std::abs(draws.row(i).mean() - moments.mean(i, 0)), 5 * error);
    const Eigen::ArrayXd square = (draws.row(i).array() - moments.mean(i, 0)).abs2();
    const double deviation = std::sqrt((square - square.mean()).square().mean() / count);
    EXPECT_LT(std::abs(square.mean() - moments.variance(i, 0)), 5 * deviation);
  }
}

// Draws depend on (seed, number of the sample, draw) alone.
TYPED_TEST(PosteriorDraws, AreNumberedBySample) {
  using T = TypeParam;
  test::Generator generator(5);
  const auto prior = test::random_mixture<T>(5, 3, generator);
  const Matrix<T> a = test::normal_matrix<T>(3, 5, generator);
  const MixturePosterior<T> posterior(prior, {.matrix = a, .noise_covariance = {}});
  const double noise = 0.3;
  const std::span<const double> level(&noise, 1);
  const Matrix<T> y = test::observations(prior, a, noise, 200, generator);
  const Matrix<T> all = posterior.draw(y, level, 2, 9);
  const Matrix<T> later = posterior.draw(y.rightCols(60), level, 2, 9, 140);
  EXPECT_LT((all.rightCols(120) - later).norm(), 1e-12 * later.norm());
  EXPECT_GT((all.col(0) - all.col(1)).norm(), 1e-3);
  EXPECT_GT((posterior.draw(y, level, 2, 10) - all).norm(), 1.0);
}

// Of a Gaussian prior, 90 % intervals mean -+ 1.645 std cover 90 %: 24,000 independent signals of
// few entries, whose coverages per signal bound the error of the average.
TEST(PosteriorStd, IntervalsCoverNinetyPercent) {
  test::Generator generator(6);
  const Gaussian<double> prior = test::random_gaussian<double>(6, generator);
  const Matrix<double> a = test::normal_matrix<double>(4, 6, generator);
  const MixturePosterior<double> posterior(prior, {.matrix = a, .noise_covariance = {}});
  const double noise = 0.2;
  const Index count = 24000;
  const Matrix<double> x = draw(prior, count, 11);
  const Matrix<double> y =
      a * x + std::sqrt(noise) * test::normal_matrix<double>(4, count, generator);
  const auto moments = posterior.moments(y, {&noise, 1});
  const Eigen::ArrayXXd inside =
      ((x - moments.mean).array().abs() < 1.6448536 * moments.variance.array().sqrt())
          .cast<double>();
  const Eigen::ArrayXd covered = inside.colwise().mean().transpose();
  const double error =
      std::sqrt((covered - covered.mean()).square().mean() / static_cast<double>(count));
  EXPECT_NEAR(covered.mean(), 0.9, 4 * error);
  EXPECT_LT(error, 0.002);
}

}  // namespace
}  // namespace pellucid
