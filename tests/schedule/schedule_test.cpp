// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/schedule/schedule.hpp"

#include <gtest/gtest.h>

#include "pellucid/base/error.hpp"
#include "support/golden.hpp"

namespace pellucid {
namespace {

constexpr double first_beta = 1 - 1e4 / (1 + 1e4);  // 40 dB at step 1

class GoldenSchedule : public testing::TestWithParam<const char*> {};

// Golden values are in double precision; 1e-12 leaves room for the order of 100 products.
TEST_P(GoldenSchedule, BetaAndAlphaBarAgree) {
  const std::string kind = GetParam();
  const Schedule schedule({parse_schedule_kind(kind), 100, first_beta, 0.1});
  const auto beta = test::golden<double>("schedule." + kind + ".beta");
  const auto alpha_bar = test::golden<double>("schedule." + kind + ".alpha_bar");
  for (int t = 1; t <= 100; ++t) {
    EXPECT_NEAR(schedule.beta(t), beta(t - 1), 1e-12 * beta(t - 1)) << "t = " << t;
    EXPECT_NEAR(schedule.alpha_bar(t), alpha_bar(t - 1), 1e-12 * alpha_bar(t - 1)) << "t = " << t;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, GoldenSchedule,
                         testing::Values("linear", "quad", "sqrt", "const", "recip", "log", "exp",
                                         "cosine"));

TEST(Schedule, SignalAndNoiseSumToOne) {
  for (const int steps : {5, 100, 1000}) {
    const Schedule schedule(Schedule::paper(steps));
    for (int t = 0; t <= steps; ++t) {
      EXPECT_NEAR(schedule.level(t).alpha_bar + schedule.level(t).noise, 1.0, 1e-14);
    }
  }
}

TEST(Schedule, PaperValuesStartAtFortyDecibel) {
  const int steps[] = {5, 10, 50, 100, 300, 500, 1000};
  const double last_beta[] = {0.95, 0.7, 0.2, 0.1, 0.035, 0.02, 0.01};
  for (int i = 0; i < 7; ++i) {
    const Schedule schedule(Schedule::paper(steps[i]));
    EXPECT_NEAR(schedule.max_snr_db(), 40.0, 1e-9);
    EXPECT_DOUBLE_EQ(schedule.beta(steps[i]), last_beta[i]);
  }
}

TEST(Schedule, PaperValueBetweenKnownStepsLiesBetweenTheirs) {
  const double beta = Schedule::paper(200).beta_T;
  EXPECT_LT(beta, 0.1);
  EXPECT_GT(beta, 0.035);
}

TEST(Schedule, NearestStepIsNearestInDecibel) {
  const Schedule schedule(Schedule::paper(100));
  for (double snr_db = -30; snr_db <= 50; snr_db += 0.37) {
    const int step = schedule.nearest_step(snr_db);
    const double gap = std::abs(schedule.level(step).snr_db() - snr_db);
    for (int t = 1; t <= 100; ++t) {
      EXPECT_LE(gap, std::abs(schedule.level(t).snr_db() - snr_db) + 1e-12);
    }
  }
}

TEST(Schedule, StepToDecibelAndBack) {
  for (const char* text : {"linear,300", "cosine,50", "quad,20,1e-4,0.3", "log,7,1e-3,0.5"}) {
    const Schedule schedule = Schedule::parse(text);
    for (int t = 1; t <= schedule.steps(); ++t) {
      EXPECT_EQ(schedule.nearest_step(schedule.level(t).snr_db()), t) << text;
    }
  }
}

TEST(Schedule, TextRoundTrip) {
  for (const char* text : {"linear", "cosine,50", "recip,20,0.0001,0.3", "const,10"}) {
    const Schedule schedule = Schedule::parse(text);
    EXPECT_EQ(Schedule::parse(schedule.text()).settings(), schedule.settings()) << text;
  }
}

TEST(Schedule, OneStepTakesBetaOne) {
  const Schedule schedule({ScheduleKind::linear, 1, 0.25, 0.5});
  EXPECT_DOUBLE_EQ(schedule.alpha_bar(1), 0.75);
}

TEST(Schedule, BadSettingsAreRefused) {
  for (const char* text : {"triangle,10", "linear,0", "linear,-3", "linear,ten", "linear,10,0.1",
                           "linear,10,0,0.1", "linear,10,0.1,1", "linear,10,nan,0.1",
                           "linear,10,0.1,0.2,0.3", "", "linear,99999999", "const,2000,0.5,0.5"}) {
    EXPECT_THROW(Schedule::parse(text), Error) << text;
  }
}

TEST(Schedule, UnknownKindListsTheKnown) {
  try {
    Schedule::parse("triangle,10");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("linear, quad, sqrt, const, recip, log, exp, cosine"),
              std::string::npos)
        << error.what();
  }
}

TEST(NoiseLevel, VarianceAndSnrAreInverse) {
  for (const double v : {1e-12, 1e-4, 1.0, 1e4, 1e12}) {
    const NoiseLevel level = NoiseLevel::from_variance(v);
    EXPECT_NEAR(level.variance(), v, 1e-15 * v);
    EXPECT_NEAR(level.snr() * v, 1.0, 1e-15);
    EXPECT_NEAR(NoiseLevel::from_snr_db(level.snr_db()).noise, level.noise, 1e-13 * level.noise);
  }
}

}  // namespace
}  // namespace pellucid
