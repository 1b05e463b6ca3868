// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/mean_flow.hpp"

#include <gtest/gtest.h>

namespace pellucid::reproduce {
namespace {

constexpr Index samples = 50;

const NoiseLevel end = NoiseLevel::from_snr_db(40);

// Forwarding is exact for a Gaussian, however far the flow goes.
TEST(MeanFlow, OfAGaussianIsTheWienerFilter) {
  const GaussianMixture<double> prior = random_mixture(8, 1, 3);
  const KnownMixture<double> truth(prior, samples, 1, 1);
  for (const double snr_db : {-10.0, 0.0, 20.0}) {
    const auto observed = truth.at(snr_db);
    const auto limit = mean_flow(truth, observed, end);
    // Runge-Kutta's error with its steps of 0.1 in log s2.
    EXPECT_LT((limit - observed.cme).cwiseAbs().maxCoeff(), 1e-6) << snr_db;
  }
}

TEST(MeanFlow, HalfTheStepChangesLittle) {
  const KnownMixture<double> truth(random_mixture(8, 16, 3), samples, 1, 1);
  for (const double snr_db : {-10.0, 0.0, 20.0}) {
    const auto observed = truth.at(snr_db);
    const auto whole = mean_flow(truth, observed, end, nullptr, 0.1);
    const auto half = mean_flow(truth, observed, end, nullptr, 0.05);
    EXPECT_LT((whole - half).squaredNorm() / whole.squaredNorm(), 1e-10) << snr_db;
  }
}

// The step equation is first order in the step: twice as many are twice as near.
TEST(MeanFlow, IsWhatManyStepsTendTo) {
  const KnownMixture<double> truth(random_mixture(8, 16, 3), samples, 1, 1);
  const auto observed = truth.at(0);
  const auto limit = mean_flow(truth, observed, end);
  const auto distance = [&](int count) {
    const Grid grid = observation_grid(Schedule(), 0, Steps{count});
    return (truth.forward(observed, grid) - limit).norm();
  };
  const double far = distance(400), near = distance(800);
  EXPECT_NEAR(far / near, 2.0, 0.2) << far << " " << near;
}

}  // namespace
}  // namespace pellucid::reproduce
