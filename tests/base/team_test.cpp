// SPDX-License-Identifier: BSD-3-Clause
#include "base/team.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace pellucid {
namespace {

// Stage s has s % 5 chunks; each sees that all of the stage before are done, and runs once.
void expect_ordered(Team& team, Index stages) {
  std::vector<std::atomic<Index>> done(static_cast<std::size_t>(stages));
  std::atomic<bool> in_order = true, workers_known = true;
  team.run(
      stages, [](Index stage) { return stage % 5; },
      [&](Index stage, Index, int worker) {
        for (Index before = 0; before < stage; ++before) {
          if (done[static_cast<std::size_t>(before)] != before % 5) in_order = false;
        }
        if (worker < 0 || worker >= team.size()) workers_known = false;
        ++done[static_cast<std::size_t>(stage)];
      });
  for (Index stage = 0; stage < stages; ++stage) {
    EXPECT_EQ(done[static_cast<std::size_t>(stage)], stage % 5);
  }
  EXPECT_TRUE(in_order);
  EXPECT_TRUE(workers_known);
}

TEST(Team, StagesFollowOneAnother) {
  for (const int threads : {1, 2, 3, 8}) {
    Team team(threads);
    EXPECT_EQ(team.size(), threads);
    for (int again = 0; again < 200; ++again) expect_ordered(team, 23);
    for (const Index stages : {0, 1, 2}) expect_ordered(team, stages);
  }
}

TEST(Team, ChunksOfAStageAreEachDoneOnce) {
  Team team(3);
  std::vector<std::atomic<int>> times(static_cast<std::size_t>(Team::most_chunks));
  team.run(
      2, [](Index) { return Team::most_chunks; },
      [&](Index, Index chunk, int) { ++times[static_cast<std::size_t>(chunk)]; });
  for (const auto& count : times) EXPECT_EQ(count, 2);
}

// Threads that fell asleep come back, and a team that never ran ends.
TEST(Team, WakesUpAndEnds) {
  Team team(2), unused(4);
  for (int again = 0; again < 5; ++again) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    expect_ordered(team, 10);
  }
}

}  // namespace
}  // namespace pellucid
