// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Long-lived threads that take a chain of short stages together, a few microseconds each: every
/// stage is cut into chunks, and none begins before all chunks of the one before are done. Threads
/// take chunks as they come, so that one that sleeps or has lost its core holds nobody up, half of
/// them from the front and half from the back, so that in every stage each sees about the same
/// places. They wait by spinning, then by giving their core away, at last asleep. Nothing is
/// allocated while running. One caller at a time.
class Team {
 public:
  static constexpr Index most_chunks = 4096;

  /// The caller is one of the threads; where the system gives fewer, fewer there are.
  explicit Team(int threads);
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team();

  [[nodiscard]] int size() const { return static_cast<int>(others_.size()) + 1; }

  /// Calls `body(stage, chunk, worker)` for `chunk < chunks(stage)`, at most `most_chunks`, and
  /// `stage < stages`; `worker < size()` is the thread's own number. They may not throw.
  template <class Chunks, class Body>
  void run(Index stages, const Chunks& chunks, const Body& body) {
    using Both = std::pair<const Chunks&, const Body&>;
    const Both both(chunks, body);
    run(Work{&both, stages,
             [](const void* context, Index stage) {
               return static_cast<const Both*>(context)->first(stage);
             },
             [](const void* context, Index stage, Index chunk, int worker) {
               static_cast<const Both*>(context)->second(stage, chunk, worker);
             }});
  }

 private:
  struct Work {
    const void* context;
    Index stages;
    Index (*chunks)(const void*, Index stage);
    void (*body)(const void*, Index stage, Index chunk, int worker);
  };

  void run(const Work& work);
  /// Opens the first stage from `stage` on that has chunks, or ends the run.
  void open(Index stage);
  /// Takes a chunk and does it; false where there is none.
  bool help(int worker);
  void wait_for_work(int worker);

  Work work_{};
  // The stage, its number of chunks, and those taken from the front and from the back.
  alignas(64) std::atomic<std::uint64_t> ticket_{0};
  alignas(64) std::atomic<Index> done_{0};
  std::atomic<bool> ended_{false};
  std::vector<std::jthread> others_;
};

}  // namespace pellucid
