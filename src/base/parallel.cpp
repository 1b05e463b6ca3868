// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/base/parallel.hpp"

#include <sched.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

// Cores this process may run on: a container or taskset may allow fewer than the machine has.
int allowed_cores() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace

int thread_count(int requested) {
  if (requested < 0)
    throw Error("number of threads is " + std::to_string(requested) +
                ": give 0 for all cores, or a positive number");
  return requested == 0 ? allowed_cores() : requested;
}

void parallel_for(Index tasks, int threads,
                  const std::function<void(Index task, int worker)>& body) {
  const int workers = static_cast<int>(std::min<Index>(tasks, thread_count(threads)));
  if (workers <= 1) {
    for (Index task = 0; task < tasks; ++task) body(task, 0);
    return;
  }
  std::atomic<Index> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto work = [&](int worker) {
    try {
      for (Index task = next++; task < tasks; task = next++) body(task, worker);
    } catch (...) {
      next = tasks;
      const std::scoped_lock lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    try {
      for (int worker = 1; worker < workers; ++worker) others.emplace_back(work, worker);
    } catch (const std::system_error&) {
      // The system gives no more threads: those there are do the work.
    }
    work(0);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace pellucid
