// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/signal/segmental_snr.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "signals.hpp"

namespace pellucid {
namespace {

using testing::HasSubstr;

constexpr double rate = 1000.0;  // segments of 32 samples

// Segments of constant level: the ratios are known.
Eigen::VectorXd steps(std::initializer_list<double> levels, Index each = 32) {
  Eigen::VectorXd x(static_cast<Index>(levels.size()) * each);
  Index at = 0;
  for (const double level : levels) {
    x.segment(at, each).setConstant(level);
    at += each;
  }
  return x;
}

TEST(SegmentalSnr, IsTheMeanOfTheSegments) {
  const Eigen::VectorXd clean = steps({1, 1, 2});
  const Eigen::VectorXd estimate = clean + steps({0.1, 1.0, 0.2});  // 20, 0, 20 dB
  EXPECT_NEAR(segmental_snr_db<double>(clean, estimate, rate).value(), 40.0 / 3, 1e-12);
  const Eigen::VectorXf single = clean.cast<float>(), other = estimate.cast<float>();
  EXPECT_NEAR(segmental_snr_db<float>(single, other, rate).value(), 40.0 / 3, 1e-5);
}

TEST(SegmentalSnr, SegmentsAreLimited) {
  const Eigen::VectorXd clean = steps({1, 1});
  EXPECT_EQ(segmental_snr_db<double>(clean, clean, rate), 35.0);
  EXPECT_EQ(segmental_snr_db<double>(clean, -clean * 1e6, rate), -10.0);
  EXPECT_NEAR(segmental_snr_db<double>(clean, clean + steps({0, 1}), rate).value(), 17.5, 1e-12);
}

TEST(SegmentalSnr, SilenceDoesNotCount) {
  const Eigen::VectorXd clean = steps({1, 0, 0.0099, 0.0101});
  const Eigen::VectorXd estimate = clean + steps({0.1, 5, 5, 0.00101});
  EXPECT_NEAR(segmental_snr_db<double>(clean, estimate, rate).value(), 20.0, 1e-9);
  EXPECT_FALSE(segmental_snr_db<double>(steps({0, 0}), steps({1, 0}), rate).has_value());
  EXPECT_FALSE(segmental_snr_db<double>(Eigen::VectorXd(), Eigen::VectorXd(), rate).has_value());
}

TEST(SegmentalSnr, RestsAndShortSounds) {
  Eigen::VectorXd clean = Eigen::VectorXd::Ones(32 + 31), estimate = clean;
  estimate.tail(31).setConstant(9);
  EXPECT_EQ(segmental_snr_db<double>(clean, estimate, rate), 35.0);
  clean = Eigen::VectorXd::Ones(5);
  EXPECT_NEAR(segmental_snr_db<double>(clean, clean * 1.1, rate).value(), 20.0, 1e-12);
  // One sample a segment where 32 ms hold less than one.
  EXPECT_NEAR(segmental_snr_db<double>(clean, clean * 1.1, 1.0).value(), 20.0, 1e-12);
}

TEST(SegmentalSnr, FaultsAreTold) {
  const Eigen::VectorXd x = Eigen::VectorXd::Ones(9);
  EXPECT_THAT(test::message_of([&] { return segmental_snr_db<double>(x, x.head(8), rate); }),
              HasSubstr("has 8 samples, the clean sound 9"));
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(test::message_of([&] { return segmental_snr_db<double>(x, x, bad); }),
                HasSubstr("sample rate"));
  }
}

}  // namespace
}  // namespace pellucid
