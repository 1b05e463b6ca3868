// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/fit_mixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "linalg/blas.hpp"
#include "prior/full_components.hpp"
#include "prior/inverse_wishart.hpp"
#include "support/composite.hpp"
#include "support/random_priors.hpp"
#include "support/reference.hpp"

namespace pellucid {
namespace {

template <class T>
Matrix<T> lower_factor(Matrix<T> covariance) {
  EXPECT_TRUE(linalg::cholesky<T>(covariance));
  return covariance;
}

using Complex = std::complex<double>;
using test::Generator;

template <class T>
class MixtureFitting : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(MixtureFitting, Numbers);

template <class T>
MixtureFitOptions<T> options_for(Index components, int passes) {
  MixtureFitOptions<T> options;
  options.components = components;
  options.passes = passes;
  options.tolerance = 0.0;
  options.threads = 1;
  return options;
}

template <class T>
double difference(const GaussianMixture<T>& a, const GaussianMixture<T>& b) {
  double worst = (a.weights - b.weights).cwiseAbs().maxCoeff();
  worst = std::max(worst, (a.means - b.means).cwiseAbs().maxCoeff());
  for (std::size_t k = 0; k < a.covariances.size(); ++k) {
    worst = std::max(worst, (a.covariances[k] - b.covariances[k]).cwiseAbs().maxCoeff());
  }
  return worst;
}

/// The greatest fall of the penalised likelihood from one pass to the next, none re-seeding.
double worst_fall(const MixtureFitReport& report) {
  const auto& likelihood = report.penalised_log_likelihood;
  double worst = 0.0;
  for (std::size_t i = 1; i < likelihood.size(); ++i) {
    if (report.reseeded[i - 1] == 0) worst = std::max(worst, likelihood[i - 1] - likelihood[i]);
  }
  return worst;
}

TYPED_TEST(MixtureFitting, OnePassIsItsDefinition) {
  using T = TypeParam;
  Generator generator(1);
  const Matrix<T> x = draw(test::random_mixture<T>(5, 3, generator), 700, 1);
  const MatrixSource<T> source(x);
  for (const double strength : {0.0, 2.0}) {
    auto options = options_for<T>(3, 1);
    options.start = test::random_mixture<T>(5, 3, generator);
    options.regularisation = strength;
    const MixtureFit<T> fit = fit_mixture(source, options);
    FullComponents<T> components(5, 3);
    components.start(cluster_samples<T>(source, 3, options, nullptr), strength, 1);
    const Matrix<T>& centre = components.centre();
    const auto expected = reference::em_pass(*options.start, x, 5.0 * strength, centre);
    EXPECT_LT(difference(fit.prior, expected), 1e-11);
    EXPECT_NEAR(fit.report.log_likelihood[0], log_density<T>(*options.start, x).mean(), 1e-11);
    EXPECT_EQ(fit.report.log_likelihood.size(), 1U);
    EXPECT_NEAR(fit.report.bic, bic(fit.prior, 700.0 * fit.report.log_likelihood[0], 700), 1e-7);
  }
}

TYPED_TEST(MixtureFitting, PenalisedLikelihoodNeverFalls) {
  using T = TypeParam;
  Generator generator(2);
  const Matrix<T> x = draw(test::random_mixture<T>(8, 6, generator), 900, 2);
  for (const double strength : {0.0, 0.1, 3.0}) {
    auto options = options_for<T>(6, 40);
    options.regularisation = strength;
    const MixtureFitReport report = fit_mixture<T>(MatrixSource<T>(x), options).report;
    EXPECT_LT(worst_fall(report), 1e-11) << "nats per sample, regularisation " << strength;
    EXPECT_GT(report.penalised_log_likelihood.back(), report.penalised_log_likelihood[0]);
  }
}

TYPED_TEST(MixtureFitting, PenaltyIsAScaledDivergenceFromItsCentre) {
  using T = TypeParam;
  Generator generator(12);
  const InverseWishart<T> regulariser(35.0, test::random_covariance<T>(70, generator));
  const Matrix<T> covariance = test::random_covariance<T>(70, generator);
  const Matrix<T> ratio = reference::inverse(covariance) * regulariser.centre();
  const double half = is_complex<T> ? 1.0 : 0.5;
  const Matrix<T> factor = lower_factor(covariance);
  const Matrix<T> centre_factor = lower_factor<T>(regulariser.centre());
  const double log_determinant = 2 * (centre_factor.diagonal().cwiseAbs().array().log().sum() -
                                      factor.diagonal().cwiseAbs().array().log().sum());
  const double divergence = half * (std::real(ratio.trace()) - log_determinant - 70.0);
  EXPECT_NEAR(regulariser.log_density(factor), -35.0 * divergence, 1e-9 * divergence);
  EXPECT_NEAR(regulariser.log_density(centre_factor), 0.0, 1e-9);
}

TYPED_TEST(MixtureFitting, OneComponentIsTheGaussianFit) {
  using T = TypeParam;
  Generator generator(3);
  const Matrix<T> x = draw(test::random_gaussian<T>(4, generator), 500, 3);
  auto options = options_for<T>(1, 1);
  options.regularisation = 0.0;
  const MixtureFit<T> fit = fit_mixture<T>(MatrixSource<T>(x), options);
  const Gaussian<T> expected = fit_gaussian<T>(MatrixSource<T>(x));
  EXPECT_LT((fit.prior.covariances[0] - expected.covariance).norm(), 1e-12);
  EXPECT_LT((fit.prior.means.col(0) - expected.mean).norm(), 1e-12);
}

TYPED_TEST(MixtureFitting, FindsAKnownMixture) {
  using T = TypeParam;
  Generator generator(4);
  const auto truth = test::random_mixture<T>(4, 3, generator, 4.0);
  const Matrix<T> x = draw(truth, 6000, 4), fresh = draw(truth, 2000, 5);
  auto options = options_for<T>(3, 100);
  options.tolerance = 1e-7;
  const MixtureFit<T> fit = fit_mixture<T>(MatrixSource<T>(x), options);
  EXPECT_TRUE(fit.report.converged);
  fit.prior.validate();
  // Fitted parameters cost about p / (2 n) nats a sample: 44 and 74 of them here; the bound is
  // three times that, and a wrong number of clusters costs far more.
  const double loss = (log_density<T>(truth, fresh) - log_density<T>(fit.prior, fresh)).mean();
  EXPECT_LT(loss, 1.5 * parameter_count(truth) / 6000.0) << "nats per sample";
}

TYPED_TEST(MixtureFitting, ThreadsChangeNoBits) {
  using T = TypeParam;
  Generator generator(5);
  const Matrix<T> x = draw(test::random_mixture<T>(12, 4, generator), 1500, 6);
  auto options = options_for<T>(4, 5);
  const MixtureFit<T> one = fit_mixture<T>(MatrixSource<T>(x), options);
  options.threads = 2;
  const MixtureFit<T> two = fit_mixture<T>(MatrixSource<T>(x), options);
  EXPECT_EQ(difference(one.prior, two.prior), 0.0);
  EXPECT_EQ(one.report.penalised_log_likelihood, two.report.penalised_log_likelihood);
}

TYPED_TEST(MixtureFitting, ScaledShiftedAndRotatedDataGiveTheSameMixtureMoved) {
  using T = TypeParam;
  Generator generator(6);
  const Matrix<T> x = draw(test::random_mixture<T>(4, 3, generator, 3.0), 800, 7);
  const Matrix<T> q = test::random_unitary<T>(4, generator);
  const Matrix<T> moved = (T(7.0) * (q * x)).array() + T(3.0);
  const auto options = options_for<T>(3, 20);
  const auto fit = fit_mixture<T>(MatrixSource<T>(x), options).prior;
  auto back = fit_mixture<T>(MatrixSource<T>(moved), options).prior;
  back.means = q.adjoint() * (back.means.array() - T(3.0)).matrix() / T(7.0);
  for (Matrix<T>& c : back.covariances) c = q.adjoint() * c * q / T(49.0);
  EXPECT_LT(difference(fit, back), 1e-8);
}

TEST(ComplexMixtureFit, ClimbsTheLikelihoodOfItsRealComposite) {
  Generator generator(7);
  const Matrix<Complex> x = draw(test::random_mixture<Complex>(3, 2, generator, 2.0), 400, 8);
  const auto fit = fit_mixture<Complex>(MatrixSource<Complex>(x), options_for<Complex>(2, 10));
  const double complex = log_density<Complex>(fit.prior, x).mean();
  const double real = log_density<double>(test::composite(fit.prior), test::composite(x)).mean();
  EXPECT_NEAR(complex, real, 1e-12 * std::abs(real));
}

TEST(MixtureFit, SmallProblemsAreHardlyBiased) {
  // The default regularisation must not blur three clear clusters of the plane.
  GaussianMixture<double> truth{Eigen::Vector3d(0.5, 0.3, 0.2), Matrix<double>(2, 3), {}};
  truth.means << 0.0, 3.0, -3.0, 2.0, -2.0, -2.0;
  for (const double s : {0.1, 0.2, 0.3}) {
    truth.covariances.push_back(s * Matrix<double>::Identity(2, 2));
  }
  const Matrix<double> x = draw(truth, 500, 9), fresh = draw(truth, 5000, 10);
  auto options = options_for<double>(3, 50);
  const auto fit = fit_mixture<double>(MatrixSource<double>(x), options).prior;
  const double loss = (log_density<double>(truth, fresh) - log_density<double>(fit, fresh)).mean();
  // 17 parameters cost 17 / (2 * 500) = 0.017 nats in expectation without regularisation.
  EXPECT_LT(loss, 0.05) << "nats per sample";
}

TEST(MixtureFit, StopsByToleranceOrAfterExactlyThePassesAskedFor) {
  Generator generator(8);
  const Matrix<double> x = draw(test::random_mixture<double>(3, 2, generator, 5.0), 400, 11);
  auto options = options_for<double>(2, 7);
  EXPECT_EQ(fit_mixture<double>(MatrixSource<double>(x), options).report.log_likelihood.size(), 7U);
  options.passes = 500;
  options.tolerance = 1e-6;
  const auto report = fit_mixture<double>(MatrixSource<double>(x), options).report;
  EXPECT_TRUE(report.converged);
  EXPECT_LT(report.log_likelihood.size(), 500U);
  EXPECT_EQ(report.reseeded.size(), report.log_likelihood.size());
}

TEST(MixtureFit, GoesOnWhereAnEarlierFitEnded) {
  Generator generator(9);
  const Matrix<double> x = draw(test::random_mixture<double>(4, 3, generator), 600, 12);
  auto options = options_for<double>(3, 8);
  const auto whole = fit_mixture<double>(MatrixSource<double>(x), options).prior;
  options.passes = 5;
  options.start = fit_mixture<double>(MatrixSource<double>(x), options).prior;
  options.passes = 3;  // the clusters that C_0 comes from are the same
  EXPECT_LT(difference(fit_mixture<double>(MatrixSource<double>(x), options).prior, whole), 1e-10);
}

TEST(MixtureFit, ReseedsAComponentThatNoSampleBelongsTo) {
  Generator generator(10);
  const Matrix<double> x = draw(test::random_mixture<double>(3, 2, generator, 3.0), 500, 13);
  auto options = options_for<double>(2, 20);
  options.start = test::random_mixture<double>(3, 2, generator);
  options.start->means.col(1).setConstant(1e6);
  const MixtureFit<double> fit = fit_mixture<double>(MatrixSource<double>(x), options);
  EXPECT_GE(fit.report.reseeded[0], 1);
  EXPECT_EQ(fit.report.reseeded.back(), 0);
  EXPECT_GT(fit.prior.weights.minCoeff(), 1.0 / 500.0);
  EXPECT_LT(worst_fall(fit.report), 1e-11);
  fit.prior.validate();
}

}  // namespace
}  // namespace pellucid
