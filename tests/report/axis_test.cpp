// SPDX-License-Identifier: BSD-3-Clause
#include "report/axis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace pellucid::report {
namespace {

using testing::ElementsAre;

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> all;
  for (const auto& tick : axis.ticks()) all.push_back(tick.label);
  return all;
}

TEST(ReportAxis, MarksRoundDecibels) {
  const Axis axis = Axis::linear(-10, 20, 6);
  EXPECT_THAT(labels(axis), ElementsAre("−10", "0", "10", "20"));
  EXPECT_NEAR(axis.position(5), 0.5, 1e-12);
}

TEST(ReportAxis, MarksFractionsWithoutRoundingErrors) {
  EXPECT_THAT(labels(Axis::linear(0, 1, 6)), ElementsAre("0", "0.2", "0.4", "0.6", "0.8", "1"));
}

TEST(ReportAxis, MarksDecadesWithTheirMultiples) {
  const Axis axis = Axis::logarithmic(0.001, 10, 7);
  EXPECT_THAT(labels(axis), ElementsAre("0.001", "0.01", "0.1", "1", "10"));
  EXPECT_THAT(axis.minor(), testing::Contains(testing::DoubleEq(0.02)));
  EXPECT_NEAR(axis.position(0.1), 0.5, 1e-12);
}

TEST(ReportAxis, MarksOneTwoFiveOnShortLogarithmicAxes) {
  EXPECT_THAT(labels(Axis::logarithmic(0.1, 1, 7)), ElementsAre("0.1", "0.2", "0.5", "1"));
}

TEST(ReportAxis, LeavesDecadesOutOnLongAxes) {
  EXPECT_THAT(labels(Axis::logarithmic(1e-20, 1, 7)),
              ElementsAre("10⁻²⁰", "10⁻¹⁶", "10⁻¹²", "10⁻⁸", "0.0001", "1"));
}

TEST(ReportAxis, HasRoomForASinglePlace) {
  const Axis linear = Axis::linear(5, 5, 6);
  EXPECT_NEAR(linear.position(5), 0.5, 1e-12);
  EXPECT_GE(linear.ticks().size(), 2U);
  const Axis logarithmic = Axis::logarithmic(0.5, 0.5, 7);
  EXPECT_NEAR(logarithmic.position(0.5), 0.5, 1e-12);
  EXPECT_GE(logarithmic.ticks().size(), 2U);
}

TEST(ReportAxis, SurvivesTheLargestAndTheSmallestNumbers) {
  const double most = std::numeric_limits<double>::max();
  const double least = std::numeric_limits<double>::denorm_min();
  for (const Axis& axis : {Axis::logarithmic(least, most, 7), Axis::logarithmic(most, most, 7),
                           Axis::logarithmic(least, least, 7), Axis::linear(-most, most, 7),
                           Axis::linear(1e300, 1e300, 7), Axis::linear(1, 1 + 1e-15, 7)}) {
    EXPECT_LE(axis.ticks().size(), 101U);
    for (const double value : {0.0, -1.0, least, most, 1.0}) {
      EXPECT_GE(axis.position(value), 0.0);
      EXPECT_LE(axis.position(value), 1.0);
    }
  }
}

}  // namespace
}  // namespace pellucid::report
