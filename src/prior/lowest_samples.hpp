// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// The samples of lowest density seen so far, at most `capacity` of them, lowest first.
class LowestSamples {
 public:
  explicit LowestSamples(Index capacity) : capacity_(static_cast<std::size_t>(capacity)) {}

  void clear() { samples_.clear(); }
  void offer(double log_density, Index sample) {
    const std::pair candidate(log_density, sample);
    if (samples_.size() == capacity_ && samples_.back() <= candidate) return;
    samples_.insert(std::upper_bound(samples_.begin(), samples_.end(), candidate), candidate);
    if (samples_.size() > capacity_) samples_.pop_back();
  }
  [[nodiscard]] Index size() const { return static_cast<Index>(samples_.size()); }
  [[nodiscard]] Index operator[](Index i) const {
    return samples_[static_cast<std::size_t>(i)].second;
  }

 private:
  std::size_t capacity_;
  std::vector<std::pair<double, Index>> samples_;
};

}  // namespace pellucid
