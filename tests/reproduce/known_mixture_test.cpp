// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/known_mixture.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>

namespace pellucid::reproduce {
namespace {

// Within so many standard errors: false alarms once in ten million.
constexpr double errors = 5.3;

TEST(KnownMixture, RandomMixtureHasZeroMeanAndUnitAverageVariance) {
  for (const std::uint64_t seed : {1, 2}) {
    const GaussianMixture<double> prior = random_mixture(24, 10, seed);
    prior.validate();
    const Gaussian<double> whole = moments(prior);
    EXPECT_LT(whole.mean.cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_NEAR(whole.covariance.trace() / 24, 1.0, 1e-12);
  }
}

// Eigenvalues of 1 1^T + diag(u), u in [0, 1]: one between N and N + 1, the others in [0, 1].
TEST(KnownMixture, ComponentsOfTheRandomMixtureHaveOneStrongDirection) {
  const GaussianMixture<double> prior = random_mixture(24, 4, 1);
  for (const Eigen::MatrixXd& covariance : prior.covariances) {
    const Eigen::VectorXd values = covariance.selfadjointView<Eigen::Lower>().eigenvalues();
    EXPECT_GT(values(23) / values(22), 23.0);
    EXPECT_LT(values(23) / values(22), 30.0);
    EXPECT_GT(values(0), 0.0);
  }
}

TEST(KnownMixture, ConditionalMeanIsUnbiasedAndOrthogonalToItsError) {
  const KnownMixture<double> truth(random_mixture(8, 6, 1), 20'000, 1, 1);
  const auto ones = Eigen::VectorXd::Ones(20'000);
  for (const double snr_db : {-5.0, 5.0}) {
    const auto observed = truth.at(snr_db);
    const Matrix<double> error = truth.clean() - observed.cme;
    for (Index i = 0; i < error.rows(); ++i) {
      const Measured bias = ratio_of(error.row(i).transpose(), ones);
      EXPECT_LT(std::abs(bias.value), errors * bias.error) << snr_db << " " << i;
    }
    const Measured product =
        ratio_of(error.cwiseProduct(observed.cme).colwise().sum().transpose(), ones);
    EXPECT_LT(std::abs(product.value), errors * product.error) << snr_db;
    const Measured mse = ratio_of(error.colwise().squaredNorm().transpose(), observed.variance);
    EXPECT_LT(std::abs(mse.value - 1), errors * mse.error) << snr_db;
  }
}

// One exact step is the conditional mean, and its excess nothing.
TEST(KnownMixture, OneStepHasNoExcess) {
  const KnownMixture<double> truth(random_mixture(8, 6, 1), 100, 1, 2);
  const auto observed = truth.at(0);
  EXPECT_LT(truth.excess(observed, truth.forward(observed, {observed.level})).value, 1e-24);
}

TEST(KnownMixture, ErrorOfARatioIsThatOfItsSpread) {
  const Eigen::VectorXd a = Eigen::Vector4d(1, 3, 1, 3), b = Eigen::Vector4d(2, 2, 2, 2);
  const Measured ratio = ratio_of(a, b);
  EXPECT_DOUBLE_EQ(ratio.value, 1.0);
  // Deviations -1, 1, -1, 1: sd sqrt(4/3), over sqrt(4) samples and a mean of 2.
  EXPECT_DOUBLE_EQ(ratio.error, std::sqrt(4.0 / 3.0) / 4);
}

}  // namespace
}  // namespace pellucid::reproduce
