// SPDX-License-Identifier: BSD-3-Clause
#include "base/team.hpp"

#include <algorithm>
#include <system_error>

namespace pellucid {

namespace {

// A ticket: stage | chunks | taken from the front | taken from the back. No chunks: nothing to do.
constexpr int field_bits = 14;
constexpr std::uint64_t field = (std::uint64_t{1} << field_bits) - 1;
constexpr std::uint64_t one_of_back = 1, one_of_front = one_of_back << field_bits;

struct Ticket {
  std::uint64_t bits;

  [[nodiscard]] std::uint64_t back() const { return bits & field; }
  [[nodiscard]] std::uint64_t front() const { return bits >> field_bits & field; }
  [[nodiscard]] std::uint64_t chunks() const { return bits >> 2 * field_bits & field; }
  [[nodiscard]] std::uint64_t stage() const { return bits >> 3 * field_bits; }
  [[nodiscard]] bool idle() const { return chunks() == 0; }
  [[nodiscard]] bool has_some() const { return front() + back() < chunks(); }
};

void pause_briefly() {
#ifdef __x86_64__
  __builtin_ia32_pause();
#endif
}

}  // namespace

Team::Team(int threads) {
  others_.reserve(static_cast<std::size_t>(std::max(0, threads - 1)));
  try {
    for (int worker = 1; worker < threads; ++worker) {
      others_.emplace_back([this, worker] { wait_for_work(worker); });
    }
  } catch (const std::system_error&) {
    // Those there are do the work.
  }
}

Team::~Team() {
  ended_ = true;
  ticket_ = (Ticket{ticket_}.stage() + 1) << 3 * field_bits;
  ticket_.notify_all();
}

void Team::run(const Work& work) {
  if (others_.empty()) {
    for (Index stage = 0; stage < work.stages; ++stage) {
      const Index chunks = work.chunks(work.context, stage);
      for (Index chunk = 0; chunk < chunks; ++chunk) work.body(work.context, stage, chunk, 0);
    }
    return;
  }
  work_ = work;
  open(0);
  ticket_.notify_all();
  constexpr int patience = 4000;  // longer than a chunk takes
  for (int waited = 0; !Ticket{ticket_}.idle();) {
    if (help(0)) {
      waited = 0;
    } else if (++waited < patience) {
      pause_briefly();
    } else {
      std::this_thread::yield();
    }
  }
}

void Team::open(Index stage) {
  Index chunks = 0;
  while (stage < work_.stages && (chunks = work_.chunks(work_.context, stage)) == 0) ++stage;
  done_.store(0, std::memory_order_relaxed);
  // The number of an idle ticket differs from the last stage's, so that sleepers wake.
  const std::uint64_t bits = static_cast<std::uint64_t>(stage) << field_bits |
                             static_cast<std::uint64_t>(stage < work_.stages ? chunks : 0);
  ticket_.store(bits << 2 * field_bits, std::memory_order_release);
}

bool Team::help(int worker) {
  if (!Ticket{ticket_.load(std::memory_order_acquire)}.has_some()) return false;
  const bool from_front = worker % 2 == 0;
  const Ticket taken{
      ticket_.fetch_add(from_front ? one_of_front : one_of_back, std::memory_order_acq_rel)};
  if (!taken.has_some()) return false;
  // From here to the end of this chunk the stage stays open, and `work_` as it is.
  const auto chunks = static_cast<Index>(taken.chunks());
  const auto stage = static_cast<Index>(taken.stage());
  const Index chunk = from_front ? static_cast<Index>(taken.front())
                                 : chunks - 1 - static_cast<Index>(taken.back());
  work_.body(work_.context, stage, chunk, worker);
  if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == chunks) open(stage + 1);
  return true;
}

void Team::wait_for_work(int worker) {
  constexpr int spins = 4000, yields = 4100;
  int waited = 0;
  while (!ended_) {
    if (help(worker)) {
      waited = 0;
    } else if (++waited < spins) {
      pause_briefly();
    } else if (waited < yields) {
      std::this_thread::yield();
    } else {
      const Ticket seen{ticket_};
      if (seen.idle() && !ended_) ticket_.wait(seen.bits);
      waited = seen.idle() ? 0 : spins;
    }
  }
}

}  // namespace pellucid
