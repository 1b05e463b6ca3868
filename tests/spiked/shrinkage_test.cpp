// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/spiked/shrinkage.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "pellucid/base/error.hpp"

namespace pellucid {
namespace {

// mpmath, 40 digits: the formulas of Gavish and Donoho (2017) as printed there (in y for the
// Frobenius and nuclear rules), losses from the singular values of the 2 x 2 error matrices.
struct Known {
  double beta, x, y, frobenius, nuclear, leeb;
  double frobenius_loss, operator_loss, nuclear_loss, leeb_loss;
};
const Known known_values[] = {
    {0.1, 0.7, 1.3394333251987802, 0.21346218730559561, 0.0, 0.44048478479691429,
     0.44443389459071082, 0.68340124224610657, 0.7, 0.62926397828130613},
    {0.1, 2.0, 2.2638462845343542, 1.7558612645900601, 1.5977473815816411, 1.8110770276274833,
     0.91695121951219512, 0.92753381896202244, 1.2029976328526211, 0.90553851381374166},
    {0.5, 1.1, 1.7672643097442634, 0.45085325104507537, 0.0, 0.96759720126269625,
     1.0067313460220862, 0.9019303237454465, 1.1, 0.87963381932972386},
    {0.5, 5.0, 5.1497572758334931, 4.8507140554419554, 4.7092926992046459, 4.9516896883014357,
     1.4705731523378582, 0.99272640597489256, 1.6800482949063757, 0.99033793766028714},
    {1.0, 1.5, 2.1666666666666667, 0.83333333333333333, 0.16666666666666667, 1.5,
     1.5555555555555556, 1.0, 1.4907119849998598, 1.0},
    {1.0, 1.01, 2.0000990099009901, 0.019900990099009901, 0.0, 1.01, 1.0197039505930791, 1.0, 1.01,
     1.0},
    {0.01, 30.0, 30.016828798377605, 29.983180266448848, 29.979846933115515, 29.98351378306309,
     1.0089011096323728, 0.9995877969988121, 1.0994443446415348, 0.99945045943543634},
    {1.0, 2000.0, 2000.0005, 1999.9995, 1999.999, 2000.0, 1.99999975, 1.0, 1.9999997499999844,
     1.0}};

// A matrix of 400 columns and noise so that a unit is `unit` in the data.
SingularValueShrinkage rule(ShrinkageRule which, double beta, double unit) {
  return {which, 400 * beta, 400, unit / 20};
}

TEST(SingularValueShrinkage, RulesMatchAnIndependentEvaluation) {
  for (const double unit : {1.0, 7.0}) {
    for (const Known& k : known_values) {
      const auto shrunk = [&](ShrinkageRule which) {
        return rule(which, k.beta, unit)(unit * k.y) / unit;
      };
      // Next to the edge, where x changes as the root of y, rounding of y counts for more.
      const double tolerance = 1e-12 * k.y * (k.x == 1.01 ? 100 : 1);
      EXPECT_NEAR(shrunk(ShrinkageRule::frobenius), k.frobenius, tolerance) << k.x;
      EXPECT_NEAR(shrunk(ShrinkageRule::operator_norm), k.x, tolerance) << k.x;
      EXPECT_NEAR(shrunk(ShrinkageRule::nuclear), k.nuclear, tolerance) << k.x;
      EXPECT_NEAR(shrunk(ShrinkageRule::leeb), k.leeb, tolerance) << k.x;
      EXPECT_NEAR(rule(ShrinkageRule::hard, k.beta, unit).limit(unit * k.x).noisy / unit, k.y,
                  1e-12 * k.y);
    }
  }
}

TEST(SingularValueShrinkage, PredictedLossesMatchAnIndependentEvaluation) {
  for (const Known& k : known_values) {
    const std::vector<double> clean = {7 * k.x};
    const auto loss = [&](ShrinkageRule which, MatrixLoss measure) {
      return rule(which, k.beta, 7.0).predicted_loss(measure, clean);
    };
    EXPECT_NEAR(loss(ShrinkageRule::frobenius, MatrixLoss::squared_frobenius) / 49,
                k.frobenius_loss, 1e-12);
    EXPECT_NEAR(loss(ShrinkageRule::operator_norm, MatrixLoss::operator_norm) / 7, k.operator_loss,
                1e-12);
    EXPECT_NEAR(loss(ShrinkageRule::nuclear, MatrixLoss::nuclear) / 7, k.nuclear_loss, 1e-12);
    EXPECT_NEAR(loss(ShrinkageRule::leeb, MatrixLoss::operator_norm) / 7, k.leeb_loss, 1e-12);
  }
}

constexpr ShrinkageRule all_rules[] = {ShrinkageRule::frobenius, ShrinkageRule::operator_norm,
                                       ShrinkageRule::leeb,      ShrinkageRule::nuclear,
                                       ShrinkageRule::hard,      ShrinkageRule::marchenko_pastur};

TEST(SingularValueShrinkage, EachRuleIsBestInItsOwnLoss) {
  for (const double beta : {0.1, 0.5, 1.0}) {
    for (const double x : {1.02, 1.3, 2.0, 6.0}) {
      const auto loss = [&](ShrinkageRule which, MatrixLoss measure) {
        return rule(which, beta, 1.0).predicted_loss(measure, {x});
      };
      for (const ShrinkageRule other : all_rules) {
        EXPECT_LE(loss(ShrinkageRule::frobenius, MatrixLoss::squared_frobenius),
                  loss(other, MatrixLoss::squared_frobenius) + 1e-14);
        EXPECT_LE(loss(ShrinkageRule::leeb, MatrixLoss::operator_norm),
                  loss(other, MatrixLoss::operator_norm) + 1e-14);
        EXPECT_LE(loss(ShrinkageRule::nuclear, MatrixLoss::nuclear),
                  loss(other, MatrixLoss::nuclear) + 1e-14);
      }
    }
  }
}

TEST(SingularValueShrinkage, LossesOfSeveralComponentsAddOrTheLargestCounts) {
  const SingularValueShrinkage rule(ShrinkageRule::frobenius, 300, 200, 0.1);
  const auto loss = [&](MatrixLoss measure, const std::vector<double>& clean) {
    return rule.predicted_loss(measure, clean);
  };
  for (const MatrixLoss measure : {MatrixLoss::squared_frobenius, MatrixLoss::nuclear}) {
    EXPECT_DOUBLE_EQ(loss(measure, {5.0, 3.0}), loss(measure, {5.0}) + loss(measure, {3.0}));
  }
  EXPECT_EQ(
      loss(MatrixLoss::operator_norm, {5.0, 3.0}),
      std::max(loss(MatrixLoss::operator_norm, {5.0}), loss(MatrixLoss::operator_norm, {3.0})));
  // What drowns is lost, and no more than it.
  EXPECT_DOUBLE_EQ(loss(MatrixLoss::squared_frobenius, {1.0, 0.0}), 1.0);
  EXPECT_EQ(loss(MatrixLoss::nuclear, {}), 0.0);
}

TEST(SingularValueShrinkage, ThresholdsAreWhereTheRulesBegin) {
  for (const double beta : {0.05, 0.5, 1.0}) {
    for (const ShrinkageRule which : all_rules) {
      const SingularValueShrinkage shrink = rule(which, beta, 3.0);
      EXPECT_EQ(shrink(shrink.threshold() * (1 - 1e-9)), 0.0);
      EXPECT_GT(shrink(shrink.threshold() * (1 + 1e-9)), 0.0);
    }
    EXPECT_NEAR(rule(ShrinkageRule::frobenius, beta, 3.0).edge(), 3 * (1 + std::sqrt(beta)), 1e-12);
  }
}

TEST(SingularValueShrinkage, SidesChangePlaces) {
  const SingularValueShrinkage wide(ShrinkageRule::nuclear, 30, 70, 0.2);
  const SingularValueShrinkage tall(ShrinkageRule::nuclear, 70, 30, 0.2);
  EXPECT_EQ(wide(4.0), tall(4.0));
}

TEST(SingularValueShrinkage, WithoutNoiseOrNextToNothingChanges) {
  for (const ShrinkageRule which : all_rules) {
    for (const double noise_std : {0.0, 1e-320, 1e-200}) {
      const SingularValueShrinkage shrink(which, 20, 30, noise_std);
      EXPECT_NEAR(shrink(3.0), 3.0, 1e-15);
      EXPECT_NEAR(shrink.limit(3.0).noisy, 3.0, 1e-15);
      EXPECT_NEAR(shrink.clean_singular_value(3.0), 3.0, 1e-15);
      EXPECT_EQ(shrink(0.0), 0.0);
      EXPECT_NEAR(shrink.predicted_loss(MatrixLoss::squared_frobenius, {3.0}), 0.0, 1e-15);
    }
  }
}

// Gavish and Donoho (2014), tables I and IV (their approximation of the latter within 0.02).
TEST(OptimalHardThreshold, MatchesThePaper) {
  const double betas[] = {0.05, 0.1, 0.3, 0.5, 0.8, 1.0};
  const double lambdas[] = {1.5066074107233972, 1.5816483953196851, 1.8073922282301279,
                            1.9785990537531034, 2.1883471043131745, 2.3094010767585031};
  for (int i = 0; i < 6; ++i) {
    const double b = betas[i];
    EXPECT_NEAR(optimal_hard_threshold(b), lambdas[i], 1e-12);
    EXPECT_NEAR(optimal_hard_threshold_of_median(b),
                0.56 * b * b * b - 0.95 * b * b + 1.82 * b + 1.43, 0.02);
  }
  EXPECT_NEAR(optimal_hard_threshold(1.0), 4 / std::sqrt(3.0), 1e-15);
  EXPECT_NEAR(optimal_hard_threshold_of_median(1.0), 2.858, 5e-4);
}

TEST(SingularValueShrinkage, NamesOfRules) {
  for (const ShrinkageRule which : all_rules) EXPECT_EQ(parse_shrinkage_rule(name(which)), which);
  EXPECT_THROW((void)parse_shrinkage_rule("best"), Error);
}

TEST(SingularValueShrinkage, NonsenseIsRefused) {
  EXPECT_THROW(SingularValueShrinkage(ShrinkageRule::hard, 0, 10, 1), Error);
  EXPECT_THROW(SingularValueShrinkage(ShrinkageRule::hard, 10, 10, -1), Error);
  EXPECT_THROW((void)optimal_hard_threshold(1.5), Error);
  const SingularValueShrinkage rule(ShrinkageRule::hard, 10, 10, 1);
  EXPECT_THROW((void)rule.predicted_loss(MatrixLoss::nuclear, {-1.0}), Error);
}

}  // namespace
}  // namespace pellucid
