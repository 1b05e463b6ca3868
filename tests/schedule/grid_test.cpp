// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/schedule/grid.hpp"

#include <gtest/gtest.h>

#include "pellucid/base/error.hpp"

namespace pellucid {
namespace {

const Schedule schedule(Schedule::paper(100));

TEST(ObservationGrid, AllStartsAtTheNearestStepAndEndsAtOne) {
  const Grid grid = observation_grid(schedule, 10.0, {Steps::all});
  const int first = schedule.nearest_step(10.0);
  ASSERT_EQ(grid.size(), static_cast<std::size_t>(first));
  EXPECT_EQ(grid.front().noise, schedule.level(first).noise);
  EXPECT_EQ(grid.back().noise, schedule.level(1).noise);
}

TEST(ObservationGrid, AllOutsideTheRangeTakesTheTrueLevel) {
  EXPECT_NEAR(observation_grid(schedule, 55.0, {Steps::all}).front().snr_db(), 55.0, 1e-9);
  EXPECT_EQ(observation_grid(schedule, 55.0, {Steps::all}).size(), 1U);
  EXPECT_NEAR(observation_grid(schedule, -70.0, {Steps::all}).front().snr_db(), -70.0, 1e-9);
  EXPECT_EQ(observation_grid(schedule, -70.0, {Steps::all}).size(), 100U);
}

TEST(ObservationGrid, CountedStepsAreEvenInDecibelFromTheObservation) {
  const Grid grid = observation_grid(schedule, -5.0, {9});
  ASSERT_EQ(grid.size(), 9U);
  for (int i = 0; i < 9; ++i) {
    EXPECT_NEAR(grid[static_cast<std::size_t>(i)].snr_db(), -5.0 + i * 45.0 / 9, 1e-9);
  }
}

TEST(ObservationGrid, ObservationAboveTheScheduleTakesOneStep) {
  const Grid grid = observation_grid(schedule, 41.0, {9});
  ASSERT_EQ(grid.size(), 1U);
  EXPECT_NEAR(grid.front().snr_db(), 41.0, 1e-9);
}

TEST(GenerationGrid, AllAndCounted) {
  EXPECT_EQ(generation_grid(schedule, {Steps::all}).size(), 100U);
  const Grid grid = generation_grid(schedule, {10});
  ASSERT_EQ(grid.size(), 10U);
  EXPECT_NEAR(grid.front().snr_db(), schedule.min_snr_db(), 1e-9);
}

TEST(RoundToSteps, TakesTheNearestStepsOnceEach) {
  const Grid fine = observation_grid(schedule, 38.0, {20});  // finer than the schedule there
  const Grid grid = round_to_steps(schedule, fine);
  EXPECT_LT(grid.size(), fine.size());
  for (std::size_t i = 1; i < grid.size(); ++i) EXPECT_LT(grid[i].noise, grid[i - 1].noise);
  EXPECT_EQ(grid.front().noise, schedule.level(schedule.nearest_step(38.0)).noise);
}

TEST(ObservationGrid, NegativeStepsAreRefused) {
  EXPECT_THROW((void)observation_grid(schedule, 0.0, {-1}), Error);
}

}  // namespace
}  // namespace pellucid
