// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/step_jacobian.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

#include "pellucid/denoiser/mixture_denoiser.hpp"
#include "support/random_priors.hpp"

namespace pellucid::reproduce {
namespace {

GaussianMixture<double> one_gaussian(Index dim, test::Generator& generator) {
  return {Eigen::VectorXd::Ones(1),
          test::normal_matrix<double>(dim, 1, generator),
          {test::random_covariance<double>(dim, generator)}};
}

// Between neighbours the coefficient is the one that design names, a function of the schedule.
TEST(StepJacobian, CoefficientIsTheSchedules) {
  const Schedule schedule(Schedule::paper(100));
  for (const int t : {2, 17, 100}) {
    const double expected =
        std::sqrt(schedule.alpha(t)) * schedule.level(t - 1).noise / schedule.level(t).noise;
    const StepJacobian step(schedule.level(t), schedule.level(t - 1));
    EXPECT_NEAR(step.current, expected, 1e-14);
    EXPECT_NEAR(step.covariance,
                std::sqrt(schedule.alpha(t)) * schedule.alpha_bar(t - 1) * schedule.beta(t) /
                    std::pow(schedule.level(t).noise, 2),
                1e-9 * step.covariance);
  }
}

// A Gaussian's posterior covariance has the eigenvalues l v / (l + v), so that the norm is known.
TEST(ExactStepNorms, OfAGaussianIsItsClosedForm) {
  test::Generator generator(3);
  const GaussianMixture<double> prior = one_gaussian(12, generator);
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> solver(prior.covariances[0]);
  const double largest = solver.eigenvalues().maxCoeff();
  const MixturePosterior<double> posterior(prior);
  ExactStepNorms norms(posterior, 3, 1);
  const Matrix<double> x = test::normal_matrix<double>(12, 3, generator);
  for (const double snr_db : {-10.0, 0.0, 15.0}) {
    const auto from = NoiseLevel::from_snr_db(snr_db), to = NoiseLevel::from_snr_db(snr_db + 1);
    const double v = from.variance();
    const StepJacobian step(from, to);
    const double expected = step.current + step.covariance * largest * v / (largest + v);
    const Eigen::VectorXd found = norms.at(x, from, to);
    // Power iteration stops where it moves by less than 1e-6, from below.
    for (const double norm : found) {
      EXPECT_LE(norm, expected * (1 + 1e-12));
      EXPECT_NEAR(norm, expected, 1e-4 * expected);
    }
  }
}

TEST(ExactStepNorms, OfPointsToldApartIsTheCoefficient) {
  GaussianMixture<double> points;
  points.weights.setConstant(2, 0.5);
  points.means = Matrix<double>::Identity(4, 2) * 20;
  points.covariances.assign(2, Matrix<double>::Zero(4, 4));
  const MixturePosterior<double> posterior(points);
  ExactStepNorms norms(posterior, 1, 1);
  const auto from = NoiseLevel::from_snr_db(0), to = NoiseLevel::from_snr_db(2);
  const Matrix<double> x = points.means.leftCols(1) * std::sqrt(from.alpha_bar);
  EXPECT_NEAR(norms.at(x, from, to)(0), StepJacobian(from, to).current, 1e-9);
}

// Central differences against sqrt(abar) / (1 - abar) Cov[x0 | x_t].
TEST(DenoiserJacobian, IsThePosteriorCovarianceOfAMixture) {
  test::Generator generator(5);
  GaussianMixture<double> prior;
  prior.weights.setConstant(3, 1.0 / 3);
  prior.means = test::normal_matrix<double>(10, 3, generator);
  for (int k = 0; k < 3; ++k) {
    prior.covariances.push_back(test::random_covariance<double>(10, generator));
  }
  const MixtureDenoiser<double> denoiser(prior);
  const MixturePosterior<double> posterior(prior);
  const auto level = NoiseLevel::from_snr_db(3);
  const Vector<double> x = test::normal_matrix<double>(10, 1, generator).col(0);
  const Matrix<double> v = Matrix<double>::Identity(10, 10);
  const Matrix<double> y = (x / std::sqrt(level.alpha_bar)).replicate(1, 10);
  const double variance = level.variance();
  const Matrix<double> expected =
      std::sqrt(level.alpha_bar) / level.noise * posterior.covariance_times(y, v, {&variance, 1});
  const Matrix<double> found = DenoiserJacobian(denoiser, 2).times(x, level, v);
  // The differences' own error is of the order of the squared step, 0.03² of a third derivative.
  EXPECT_LT((found - expected).norm(), 2e-3 * expected.norm()) << (found - expected).norm();
  EXPECT_EQ(found, DenoiserJacobian(denoiser, 1).times(x, level, v));
}

TEST(OperatorNorm, IsTheLargestSingularValue) {
  Matrix<double> matrix = Matrix<double>::Zero(3, 3);
  matrix(0, 2) = -4;
  matrix(1, 0) = 3;
  EXPECT_NEAR(operator_norm(matrix), 4, 1e-12);
}

}  // namespace
}  // namespace pellucid::reproduce
