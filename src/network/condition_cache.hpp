// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "pellucid/network/network.hpp"

namespace pellucid::network {

/// What the levels asked for lately make of a network: a reverse process asks for the same ones
/// with every tile of signals. One thread's own; allocates nothing after it is made.
class ConditionCache {
 public:
  /// Both outlive the cache.
  ConditionCache(const Network& network, Network::Workspace& work)
      : network_(network),
        work_(work),
        size_(static_cast<std::size_t>(network.condition_size())),
        most_(std::clamp<std::size_t>(most_numbers / (size_ + 1), 16, 1024)),
        // Not initialised: memory that is never used is never touched.
        numbers_(new float[most_ * size_]) {  // NOLINT(modernize-make-unique)
    levels_.reserve(most_);
  }

  [[nodiscard]] std::span<const float> at(double level) {
    const auto found = std::find(levels_.begin(), levels_.end(), level);
    const auto known = static_cast<std::size_t>(found - levels_.begin());
    if (found != levels_.end()) return place(known);
    // Walks through more levels than fit meet none of them again, whichever are kept.
    const std::size_t at = levels_.size() < most_ ? levels_.size() : next_++ % most_;
    if (at == levels_.size()) {
      levels_.push_back(level);
    } else {
      levels_[at] = level;
    }
    network_.condition(level, place(at), work_);
    return place(at);
  }

 private:
  static constexpr std::size_t most_numbers = std::size_t{1} << 22;  // 16 MiB

  [[nodiscard]] std::span<float> place(std::size_t number) const {
    return {numbers_.get() + number * size_, size_};
  }

  const Network& network_;
  Network::Workspace& work_;
  std::size_t size_, most_;
  std::unique_ptr<float[]> numbers_;
  std::vector<double> levels_;
  std::size_t next_ = 0;
};

}  // namespace pellucid::network
