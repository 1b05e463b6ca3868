// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// The number of threads to use for a request; 0 asks for one per core this process may use.
[[nodiscard]] int thread_count(int requested);

/// Calls `body(task, worker)` for every task in `[0, tasks)`; `worker` in `[0, threads)` says which
/// workspace belongs to the caller. Tasks are taken in order by at most `threads` threads, the
/// calling one among them (worker 0); with one thread or one task nothing is started. The first
/// exception ends the work and is thrown again here. Results do not depend on `threads` as long as
/// tasks write to separate places: fix the tasks' sizes, never derive them from `threads`.
void parallel_for(Index tasks, int threads,
                  const std::function<void(Index task, int worker)>& body);

}  // namespace pellucid
