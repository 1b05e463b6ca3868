// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/base/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "pellucid/base/error.hpp"

namespace pellucid {
namespace {

TEST(ParallelFor, CallsEveryTaskOnce) {
  for (const int threads : {1, 2, 7}) {
    std::vector<std::atomic<int>> calls(1000);
    parallel_for(1000, threads, [&](Index task, int worker) {
      EXPECT_GE(worker, 0);
      EXPECT_LT(worker, threads);
      ++calls[static_cast<std::size_t>(task)];
    });
    for (const auto& count : calls) EXPECT_EQ(count, 1);
  }
}

TEST(ParallelFor, OneThreadStaysOnTheCallingThread) {
  const auto here = std::this_thread::get_id();
  parallel_for(5, 1, [&](Index, int) { EXPECT_EQ(std::this_thread::get_id(), here); });
}

TEST(ParallelFor, ThrowsTheFirstExceptionAndStops) {
  std::atomic<int> calls{0};
  EXPECT_THROW(parallel_for(100000, 2,
                            [&](Index task, int) {
                              ++calls;
                              if (task == 3) throw Error("three");
                            }),
               Error);
  EXPECT_LT(calls, 100000);
}

TEST(ParallelFor, NoTasksIsNoWork) {
  parallel_for(0, 4, [](Index, int) { FAIL(); });
}

TEST(ThreadCount, ZeroMeansAllAndNegativeIsRefused) {
  EXPECT_GE(thread_count(0), 1);
  EXPECT_EQ(thread_count(3), 3);
  EXPECT_THROW((void)thread_count(-1), Error);
}

}  // namespace
}  // namespace pellucid
