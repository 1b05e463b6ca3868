// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/gaussian_moments.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>
#include <cmath>

#include "pellucid/schedule/grid.hpp"
#include "reproduce/known_mixture.hpp"

namespace pellucid::reproduce {
namespace {

Gaussian<double> diagonal(const Eigen::Vector3d& mean, const Eigen::Vector3d& variances) {
  return {mean, variances.asDiagonal()};
}

TEST(GaussianMoments, FrechetDistanceOfDiagonalCovariances) {
  const Gaussian<double> a = diagonal({1, 0, 0}, {4, 1, 9}), b = diagonal({0, 0, 2}, {1, 1, 16});
  // 1 + 4, and (2 - 1)^2 + 0 + (3 - 4)^2, over 18.
  EXPECT_NEAR(relative_frechet(a, b), 7.0 / 18, 1e-12);
  EXPECT_NEAR(relative_frechet(b, b), 0.0, 1e-12);
  // The leading component of b is its third axis.
  EXPECT_NEAR(relative_frechet(a, b, 1), 5.0 / 16, 1e-12);
}

TEST(GaussianMoments, FrechetDistanceDoesNotDependOnTheBasis) {
  const Gaussian<double> a = diagonal({1, 0, 0}, {4, 1, 9}), b = diagonal({0, 0, 2}, {1, 1, 16});
  const Eigen::Matrix3d q =
      Eigen::AngleAxisd(0.7, Eigen::Vector3d(1, 2, 3).normalized()).toRotationMatrix();
  const auto rotated = [&](const Gaussian<double>& one) {
    return Gaussian<double>{q * one.mean, q * one.covariance * q.transpose()};
  };
  EXPECT_NEAR(relative_frechet(rotated(a), rotated(b)), 7.0 / 18, 1e-12);
  EXPECT_NEAR(relative_frechet(rotated(a), rotated(b), 1), 5.0 / 16, 1e-12);
}

// Of n draws of N(0, I) the mean errs by d / n and each variance's root by 1 / (2 n) + ..., in all
// d / n + d (d + 1) / (4 n) of d, to first order in 1 / n.
TEST(GaussianMoments, FrechetDistanceOfDrawsHasAnErrorThatCoversIt) {
  constexpr Index dim = 6, count = 4000, groups = 8;
  const Gaussian<double> target{Eigen::VectorXd::Zero(dim), Eigen::MatrixXd::Identity(dim, dim)};
  const Matrix<double> samples = draw(target, count, 3);
  const Measured found = frechet_of(samples, groups, target, dim);
  const double expected = (1.0 + (dim + 1) / 4.0) / count;
  EXPECT_EQ(found.draws, groups);
  EXPECT_NEAR(found.value, expected, 5 * found.error);
  EXPECT_LT(found.error, expected);
  // Half the deviation everywhere: (1 - 1/2)^2 of the variance, in whichever directions.
  const Measured half = frechet_of(samples / 2, groups, target, 2);
  EXPECT_NEAR(half.value, 0.25, 0.05);
}

TEST(GaussianMoments, ForwardingAGaussianHasNoExcess) {
  const Eigen::VectorXd eigenvalues = Eigen::Vector3d(2.5, 0.4, 0.1);
  const NoiseLevel level = NoiseLevel::from_snr_db(3);
  const Grid grid = observation_grid(Schedule(), 3, Steps{20});
  EXPECT_NEAR(gaussian_error_ratio(eigenvalues, grid, level, 0), 1.0, 1e-12);
  EXPECT_NEAR(gaussian_error_ratio(eigenvalues, {level}, level, 1), 1.0, 1e-12);
}

// The recursion against runs of the process, within 5 standard errors.
TEST(GaussianMoments, RecursionIsTheProcess) {
  const GaussianMixture<double> prior = random_mixture(6, 1, 2);
  const KnownMixture<double> truth(prior, 20'000, 1, 2);
  const Eigen::VectorXd eigenvalues =
      prior.covariances[0].selfadjointView<Eigen::Lower>().eigenvalues();
  const auto observed = truth.at(10);
  for (const double strength : {0.5, 1.0}) {
    const Grid grid = observation_grid(Schedule(Schedule::paper(100)), 10, {});
    const auto drawn = walk<double>(truth.denoiser(), observed.x_t, grid, strength, 1, 2);
    const Measured excess = truth.excess(observed, drawn);
    EXPECT_NEAR(1 + excess.value, gaussian_error_ratio(eigenvalues, grid, observed.level, strength),
                5 * excess.error)
        << strength;
  }
}

}  // namespace
}  // namespace pellucid::reproduce
