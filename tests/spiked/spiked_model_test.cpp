// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/spiked/spiked_model.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "pellucid/base/error.hpp"

namespace pellucid {
namespace {

// Not from the closed forms: the eigenvalue is the root of D(y) = 1 / l, the cosines are
// -2 phi(y) / (l D'(y)), with the transforms D and phi of Benaych-Georges and Nadakuditi (2012)
// by quadrature over the Marchenko-Pastur density (NumPy, 4000 points) and SciPy's brentq.
struct Limit {
  double l, gamma, eigenvalue, cosine, cosine_of_scores;
};
const Limit limits[] = {{3, 0.25, 4.333333333333333, 0.8974358974358974, 0.7291666666666664},
                        {0.8, 0.25, 2.3625, 0.4642857142857149, 0.2708333333333337},
                        {1.5, 1, 4.166666666666667, 0.3333333333333338, 0.3333333333333338},
                        {20, 1, 22.05, 0.9499999999999997, 0.9499999999999997},
                        {2.5, 4, 9.1, 0.1384615384615382, 0.2571428571428566},
                        {9, 4, 14.44444444444445, 0.6581196581196589, 0.8555555555555564},
                        {40, 0.01, 41.01025000000002, 0.9997438140464885, 0.9756036585365851},
                        {12, 100, 121.3333333333333, 0.03273809523809494, 0.28205128205128}};

TEST(SpikedModel, LimitsMatchAnIndependentEvaluation) {
  for (const double scale : {1.0, 49.0}) {  // units: data times 7, variances times 49
    for (const Limit& known : limits) {
      const SpikedModel model(scale, known.gamma);
      const double l = scale * known.l;
      EXPECT_NEAR(model.sample_eigenvalue(l) / scale / known.eigenvalue, 1.0, 1e-12) << known.l;
      EXPECT_NEAR(model.squared_cosine(l), known.cosine, 1e-12) << known.l;
      EXPECT_NEAR(model.squared_cosine_of_scores(l), known.cosine_of_scores, 1e-12) << known.l;
      EXPECT_NEAR(model.spike_of_eigenvalue(scale * known.eigenvalue) / l, 1.0, 1e-12) << known.l;
    }
  }
}

TEST(SpikedModel, NothingIsSeenUpToTheThreshold) {
  for (const double gamma : {0.25, 1.0, 4.0}) {
    const SpikedModel model(2.0, gamma);
    const double threshold = 2.0 * std::sqrt(gamma);
    EXPECT_EQ(model.threshold(), threshold);
    EXPECT_EQ(model.squared_cosine(threshold), 0.0);
    EXPECT_EQ(model.squared_cosine_of_scores(threshold), 0.0);
    EXPECT_GT(model.squared_cosine(1.01 * threshold), 0.0);
    EXPECT_EQ(model.sample_eigenvalue(threshold), model.edge());
    EXPECT_NEAR(model.sample_eigenvalue(threshold * (1 + 1e-9)), model.edge(), 1e-12);
    EXPECT_EQ(model.spike_of_eigenvalue(model.edge()), 0.0);
    EXPECT_NEAR(model.spike_of_eigenvalue(model.edge() * (1 + 1e-14)), threshold, 1e-6);
    EXPECT_EQ(model.mixing(threshold, 1.0, 100), 0.0);
  }
}

TEST(SpikedModel, WithoutNoiseOrWithAllSamplesTheTruthIsSeen) {
  for (const SpikedModel& model : {SpikedModel(0.0, 0.5), SpikedModel(0.5, 0.0)}) {
    EXPECT_EQ(model.squared_cosine(1e-3), 1.0);
    EXPECT_EQ(model.sample_eigenvalue(3.0), 3.0 + model.noise_variance());
    EXPECT_NEAR(model.spike_of_eigenvalue(3.0 + model.noise_variance()), 3.0, 1e-15);
    EXPECT_EQ(model.squared_cosine(0.0), 0.0);
  }
}

// All directions without signal together take what the eigenvector loses.
TEST(SpikedModel, MixingWithTheNoiseSumsToTheLostCosine) {
  for (const double gamma : {0.25, 1.0, 4.0}) {
    constexpr double samples = 500;
    const SpikedModel model(1.3, gamma);
    EXPECT_NEAR(gamma * samples * model.mixing(9.0, 0.0, samples), 1 - model.squared_cosine(9.0),
                1e-12);
  }
}

TEST(SpikedModel, MixingWithoutNoiseIsAndersons) {
  EXPECT_NEAR(SpikedModel(0.0, 0.5).mixing(6.0, 2.0, 100), 12.0 / (100 * 16), 1e-15);
}

// A ratio has no units, however large or small they are.
TEST(SpikedModel, MixingOfAnyUnits) {
  const double mixing = SpikedModel(1.0, 0.5).mixing(6.0, 2.0, 100);
  for (const double scale : {0x1p-1000, 0x1p-600, 0x1p600, 0x1p1000}) {
    EXPECT_EQ(SpikedModel(scale, 0.5).mixing(6 * scale, 2 * scale, 100), mixing) << scale;
  }
}

TEST(SpikedModel, SquaredCosinesOfSeveralSpikes) {
  const SpikedModel model(1.0, 0.5);
  const std::vector<double> apart = model.squared_cosines({1000.0, 30.0, 0.1}, 1e6);
  EXPECT_NEAR(apart[0], model.squared_cosine(1000.0), 1e-6);
  EXPECT_NEAR(apart[1], model.squared_cosine(30.0) - model.mixing(30.0, 1000.0, 1e6), 1e-6);
  EXPECT_EQ(apart[2], 0.0);
  const std::vector<double> equal = model.squared_cosines({5.0, 5.0, 5.0}, 100);
  EXPECT_NEAR(equal[1], model.squared_cosine(5.0) / 3, 1e-15);
  EXPECT_TRUE(model.squared_cosines({}, 100).empty());
}

TEST(SpikedModel, NonsenseIsRefused) {
  EXPECT_THROW(SpikedModel(-1.0, 0.5), Error);
  EXPECT_THROW(SpikedModel(1.0, std::nan("")), Error);
  EXPECT_THROW((void)SpikedModel(1.0, 0.5).squared_cosine(-1.0), Error);
  EXPECT_THROW((void)SpikedModel(1.0, 0.5).mixing(3.0, 1.0, 0), Error);
}

}  // namespace
}  // namespace pellucid
