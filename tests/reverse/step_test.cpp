// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/reverse/step.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "pellucid/base/error.hpp"
#include "pellucid/schedule/schedule.hpp"

namespace pellucid {
namespace {

const NoiseLevel noisy = NoiseLevel::from_snr_db(-5);
const NoiseLevel cleaner = NoiseLevel::from_snr_db(12);

// Neighbouring steps: the coefficients as Ho et al. 2020 (eq. 7) write them with alpha_t, beta_t.
TEST(Step, NeighboursAgreeWithTheDdpmPosterior) {
  const Schedule s(Schedule::paper(50));
  for (int t = 2; t <= 50; ++t) {
    const auto c = step_coefficients(s.level(t), s.level(t - 1), Rule::posterior, 1.0);
    const double left = 1 - s.alpha_bar(t);
    EXPECT_NEAR(c.estimate, std::sqrt(s.alpha_bar(t - 1)) * s.beta(t) / left, 1e-12);
    EXPECT_NEAR(c.current, std::sqrt(s.alpha(t)) * (1 - s.alpha_bar(t - 1)) / left, 1e-12);
    EXPECT_NEAR(c.noise_std * c.noise_std, s.beta(t) * (1 - s.alpha_bar(t - 1)) / left, 1e-12);
  }
}

// With x0hat = x0 and r = 1 every rule keeps the marginal N(sqrt(abar_u) x0, 1 - abar_u).
TEST(Step, RulesKeepTheMarginal) {
  for (const Rule rule : {Rule::posterior, Rule::renoise, Rule::ddim}) {
    const auto c = step_coefficients(noisy, cleaner, rule, 1.0);
    const double mean = c.estimate + c.current * std::sqrt(noisy.alpha_bar);
    const double variance = c.current * c.current * noisy.noise + c.noise_std * c.noise_std;
    EXPECT_NEAR(mean, std::sqrt(cleaner.alpha_bar), 1e-14);
    EXPECT_NEAR(variance, cleaner.noise, 1e-14);
  }
}

TEST(Step, LastStepReturnsTheEstimate) {
  for (const Rule rule : {Rule::posterior, Rule::renoise, Rule::ddim}) {
    const auto c = step_coefficients(noisy, NoiseLevel::clean(), rule, 1.0);
    EXPECT_EQ(c.estimate, 1.0);
    EXPECT_EQ(c.current, 0.0);
    EXPECT_EQ(c.noise_std, 0.0);
  }
}

TEST(Step, ResamplingScalesTheNoiseOnly) {
  const auto full = step_coefficients(noisy, cleaner, Rule::posterior, 1.0);
  const auto half = step_coefficients(noisy, cleaner, Rule::posterior, 0.5);
  EXPECT_EQ(half.estimate, full.estimate);
  EXPECT_EQ(half.current, full.current);
  EXPECT_DOUBLE_EQ(half.noise_std, 0.5 * full.noise_std);
}

TEST(Step, SameLevelChangesNothing) {
  const auto c = step_coefficients(noisy, noisy, Rule::posterior, 1.0);
  EXPECT_EQ(c.estimate, 0.0);
  EXPECT_DOUBLE_EQ(c.current, 1.0);
  EXPECT_EQ(c.noise_std, 0.0);
}

TEST(Step, UnknownRuleIsRefused) { EXPECT_THROW((void)parse_rule("euler"), Error); }

}  // namespace
}  // namespace pellucid
