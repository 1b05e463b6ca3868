// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/two_gaussians.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "reproduce/known_mixture.hpp"

namespace pellucid::reproduce {
namespace {

Grid papers(double snr_db, int steps) {
  return observation_grid(Schedule(Schedule::paper(steps)), snr_db, {});
}

GaussianMixture<double> mixture_of(const TwoGaussians& pair) {
  GaussianMixture<double> prior;
  prior.weights = Eigen::Vector2d(0.5, 0.5);
  prior.means.resize(1, 2);
  prior.means << pair.mean, -pair.mean;
  prior.covariances.assign(2, Matrix<double>::Constant(1, 1, pair.variance));
  return prior;
}

TEST(TwoGaussians, WithoutDistanceAreAGaussian) {
  const TwoGaussians prior = at_distance(0);
  EXPECT_EQ(prior.variance, 1.0);
  for (const double snr_db : {-10.0, 0.0, 20.0}) {
    const auto found = forwarding_error(prior, snr_db, papers(snr_db, 100));
    EXPECT_NEAR(found.mmse * (1 + from_db(snr_db)), 1.0, 1e-9) << snr_db;
    // The start's mismatch alone, at most half a step in decibel.
    EXPECT_LT(found.excess(), 1e-4) << snr_db;
  }
}

TEST(TwoGaussians, OneStepAtTheTrueLevelIsTheCme) {
  for (const double separation : {1.0, 4.0, 100.0}) {
    const auto found = forwarding_error(at_distance(separation), 3, {NoiseLevel::from_snr_db(3)});
    EXPECT_LT(found.excess(), 1e-20) << separation;
  }
}

// The mixture denoiser and the process itself, within 5 standard errors of 20,000 draws.
TEST(TwoGaussians, AreWhatDrawsSay) {
  const TwoGaussians prior = at_distance(4);
  const KnownMixture<double> truth(mixture_of(prior), 20'000, 1, 2);
  for (const double snr_db : {-5.0, 3.0, 8.0}) {
    const auto observed = truth.at(snr_db);
    const Grid grid = papers(snr_db, 100);
    const Measured excess = truth.excess(observed, truth.forward(observed, grid));
    const auto found = forwarding_error(prior, snr_db, grid);
    EXPECT_NEAR(found.excess(), excess.value, 5 * excess.error) << snr_db;
    EXPECT_NEAR(found.mmse, truth.mmse(observed).value, 5 * truth.mmse(observed).error) << snr_db;
  }
}

// At high SNR `E (sign(y) - tanh(SNR y))^2` tends to 4 - pi over pi of the MMSE, the integrals of
// (1 - tanh)^2 cosh and of 1 / cosh; the next order is 1 / SNR.
TEST(TwoGaussians, OfPointsForwardingDecidesHard) {
  const double limit = 4 / std::numbers::pi - 1;
  for (const double snr_db : {-10.0, 0.0, 10.0, 20.0}) {
    const auto found = forwarding_error({}, snr_db, papers(snr_db, 1000));
    const double hard = hard_decision_error(snr_db) / found.mmse - 1;
    EXPECT_NEAR(found.excess() / hard, 1.0, 1e-4) << snr_db;
    if (snr_db == 20) {
      EXPECT_NEAR(hard, limit, 0.005);
    }
  }
}

}  // namespace
}  // namespace pellucid::reproduce
