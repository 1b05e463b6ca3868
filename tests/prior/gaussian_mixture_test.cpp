// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/gaussian_mixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pellucid/base/error.hpp"
#include "support/composite.hpp"
#include "support/golden.hpp"
#include "support/random_priors.hpp"
#include "support/reference.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;
using test::Generator;

template <class T>
class Mixture : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(Mixture, Numbers);

TYPED_TEST(Mixture, DensitiesAndPosteriorWeightsAreTheirDefinitions) {
  using T = TypeParam;
  Generator generator(1);
  const auto prior = test::random_mixture<T>(6, 5, generator);
  const Matrix<T> x = test::normal_matrix<T>(6, 300, generator);
  for (const double v : {0.0, 0.5}) {
    const Eigen::MatrixXd joint = joint_log_density<T>(prior, x, v);
    const Eigen::VectorXd density = log_density<T>(prior, x, v);
    const Eigen::MatrixXd weights = posterior_weights<T>(prior, x, v);
    for (Index j = 0; j < x.cols(); ++j) {
      const Vector<T> sample = x.col(j);
      const Eigen::VectorXd expected = reference::joint_log_density(prior, sample, v);
      EXPECT_LT((joint.col(j) - expected).norm(), 1e-12 * expected.norm());
      EXPECT_NEAR(density(j), reference::log_density(prior, sample, v), 1e-10);
      EXPECT_LT((weights.col(j) - reference::posterior_weights(prior, sample, v)).norm(), 1e-10);
      EXPECT_NEAR(weights.col(j).sum(), 1.0, 1e-14);
    }
  }
}

TYPED_TEST(Mixture, PosteriorWeightsSurviveFarSamplesAndEmptyComponents) {
  using T = TypeParam;
  Generator generator(2);
  auto prior = test::random_mixture<T>(4, 3, generator);
  prior.weights << 0.5, 0.0, 0.5;
  prior.covariances[1].setZero();  // singular, but nothing comes from it
  const Matrix<T> far = T(1e8) * test::normal_matrix<T>(4, 10, generator);
  const Eigen::MatrixXd weights = posterior_weights<T>(prior, far);
  EXPECT_TRUE(weights.allFinite());
  EXPECT_EQ(weights.row(1).maxCoeff(), 0.0);
  EXPECT_LT((weights.colwise().sum().array() - 1.0).abs().maxCoeff(), 1e-14);
}

TYPED_TEST(Mixture, MomentsAreThoseOfItsDraws) {
  using T = TypeParam;
  Generator generator(3);
  const auto prior = test::random_mixture<T>(3, 4, generator);
  const Gaussian<T> whole = moments(prior);
  EXPECT_NEAR(average_variance(prior), average_variance(whole), 1e-14);
  whole.validate();
  constexpr Index count = 40000;
  const Matrix<T> drawn = draw(prior, count, 7);
  const Gaussian<T> fit = fit_gaussian<T>(MatrixSource<T>(drawn), 1);
  const double deviation = whole.covariance.diagonal().real().maxCoeff() / std::sqrt(count);
  EXPECT_LT((fit.mean - whole.mean).cwiseAbs2().maxCoeff(), 25.0 * deviation / std::sqrt(count));
  // A mixture's tails are lighter or heavier than a Gaussian's: a wide bound of 10 deviations.
  EXPECT_LT((fit.covariance - whole.covariance).cwiseAbs().maxCoeff(), 10.0 * deviation);
}

TYPED_TEST(Mixture, DrawsChooseComponentsByWeightAndFormOneSequence) {
  using T = TypeParam;
  Generator generator(4);
  auto prior = test::random_mixture<T>(2, 3, generator, 1000.0);
  prior.weights << 0.2, 0.0, 0.8;
  const Matrix<T> many = draw(prior, 3000, 11), few = draw(prior, 100, 11);
  EXPECT_LT((few - many.leftCols(100)).norm(), 1e-13 * few.norm());
  EXPECT_LT((draw(prior, 30, 11, 500) - many.middleCols(500, 30)).norm(), 1e-13 * few.norm());
  const Eigen::VectorXd shares = posterior_weights<T>(prior, many).rowwise().mean();
  EXPECT_NEAR(shares(0), 0.2, 5.0 * std::sqrt(0.16 / 3000.0));
  EXPECT_EQ(shares(1), 0.0);
}

TYPED_TEST(Mixture, OrderOfComponentsAndRotationChangeNothing) {
  using T = TypeParam;
  Generator generator(5);
  const auto prior = test::random_mixture<T>(5, 3, generator);
  const Matrix<T> q = test::random_unitary<T>(5, generator);
  const Matrix<T> x = test::normal_matrix<T>(5, 40, generator);
  GaussianMixture<T> turned{
      Eigen::Vector3d(prior.weights(2), prior.weights(0), prior.weights(1)), Matrix<T>(5, 3), {}};
  for (const Index k : {2, 0, 1}) {
    turned.means.col(static_cast<Index>(turned.covariances.size())) = q * prior.means.col(k);
    turned.covariances.push_back(q * prior.covariances[static_cast<std::size_t>(k)] * q.adjoint());
  }
  const Eigen::VectorXd before = log_density<T>(prior, x, 0.1);
  const Eigen::VectorXd after = log_density<T>(turned, Matrix<T>(q * x), 0.1);
  EXPECT_LT((before - after).cwiseAbs().maxCoeff(), 1e-11);
}

TYPED_TEST(Mixture, ThreadsChangeNoBits) {
  using T = TypeParam;
  Generator generator(6);
  const auto prior = test::random_mixture<T>(20, 5, generator);
  const Matrix<T> x = test::normal_matrix<T>(20, 700, generator);
  EXPECT_EQ(joint_log_density<T>(prior, x, 0.1, 1), joint_log_density<T>(prior, x, 0.1, 2));
}

TEST(ComplexMixture, LogDensityIsThatOfItsRealComposite) {
  Generator generator(7);
  const auto prior = test::random_mixture<Complex>(6, 4, generator);
  const Matrix<Complex> x = test::normal_matrix<Complex>(6, 60, generator);
  const Eigen::VectorXd complex = log_density<Complex>(prior, x, 0.4);
  const Eigen::VectorXd real = log_density<double>(test::composite(prior), test::composite(x), 0.2);
  EXPECT_LT((complex - real).cwiseAbs().maxCoeff(), 1e-12 * real.cwiseAbs().maxCoeff());
}

TEST(MixtureCriterion, CountsRealParameters) {
  GaussianMixture<double> real{Eigen::Vector2d(0.5, 0.5), Matrix<double>::Zero(3, 2), {}};
  GaussianMixture<Complex> complex{Eigen::Vector2d(0.5, 0.5), Matrix<Complex>::Zero(3, 2), {}};
  EXPECT_EQ(parameter_count(real), 1 + 2 * (3 + 6));
  EXPECT_EQ(parameter_count(complex), 1 + 2 * (6 + 9));
  EXPECT_NEAR(bic(real, -100.0, 50), 200.0 + 19.0 * std::log(50.0), 1e-12);
}

TEST(MixtureValidate, NamesTensorAndComponent) {
  Generator generator(8);
  const auto good = test::random_mixture<double>(3, 2, generator);
  good.validate();
  const auto message = [](const GaussianMixture<double>& prior) -> std::string {
    try {
      prior.validate();
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  auto bad = good;
  bad.weights(0) += 0.1;
  EXPECT_THAT(message(bad), testing::HasSubstr("weights: sum to 1.1"));
  bad = good;
  bad.weights << -0.5, 1.5;
  EXPECT_THAT(message(bad), testing::HasSubstr("weights[0]"));
  bad = good;
  bad.means(1, 1) = std::nan("");
  EXPECT_THAT(message(bad), testing::HasSubstr("means[1]"));
  bad = good;
  bad.covariances[1](0, 2) += 1.0;
  EXPECT_THAT(message(bad), testing::HasSubstr("covariances[1]"));
  bad = good;
  bad.covariances.pop_back();
  EXPECT_THAT(message(bad), testing::HasSubstr("covariances"));
  EXPECT_THAT(message(GaussianMixture<double>{}), testing::HasSubstr("weights"));
}

template <class T>
void expect_normalised(const std::string& name) {
  const auto prior = test::golden_mixture<T>(name);
  prior.validate();
  EXPECT_LT(moments(prior).mean.norm(), 1e-10) << name;
  EXPECT_NEAR(average_variance(prior), 1.0, 1e-10) << name;
}

TEST(GoldenMixtures, HaveZeroMeanAndUnitVariance) {
  expect_normalised<double>("mixture_small");
  expect_normalised<Complex>("mixture_complex");
  expect_normalised<double>("two_point");
}

}  // namespace
}  // namespace pellucid
