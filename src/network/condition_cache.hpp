// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/network/network.hpp"

namespace pellucid::network {

/// What the levels asked for lately make of a network: a reverse process asks for the same ones
/// with every tile of signals. One thread's own.
class ConditionCache {
 public:
  explicit ConditionCache(const Network& network) : network_(network) {}

  [[nodiscard]] std::span<const float> at(double level) {
    for (const Entry& entry : entries_) {
      if (entry.level == level) return entry.condition;
    }
    std::vector<float> condition = network_.condition(level);
    const std::size_t most = std::max<std::size_t>(16, most_numbers / (condition.size() + 1));
    if (entries_.size() < most) {
      return entries_.emplace_back(Entry{level, std::move(condition)}).condition;
    }
    // Walks through more levels than fit meet none of them again, whichever are kept.
    Entry& oldest = entries_[next_++ % most];
    oldest = {level, std::move(condition)};
    return oldest.condition;
  }

 private:
  static constexpr std::size_t most_numbers = std::size_t{1} << 22;  // 16 MiB

  struct Entry {
    double level;
    std::vector<float> condition;
  };

  const Network& network_;
  std::vector<Entry> entries_;
  std::size_t next_ = 0;
};

}  // namespace pellucid::network
