// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "pellucid/base/error.hpp"
#include "pellucid/prior/fit_checkpoint.hpp"

namespace pellucid::test {

/// Keeps every state that was saved; loads `saved[chosen]`, where that is not negative.
class RecordedCheckpoint final : public FitCheckpoint {
 public:
  struct State {
    std::string fingerprint, progress;
    std::map<std::string, std::vector<float>> arrays;

    bool operator==(const State&) const = default;
  };

  void save(const std::string& fingerprint, const std::string& progress,
            std::span<const StateArray> state) override {
    State now{fingerprint, progress, {}};
    for (const StateArray& array : state) {
      const float* numbers = std::get<float*>(array.data);
      now.arrays[array.name].assign(numbers, numbers + array.size);
    }
    saved.push_back(std::move(now));
  }
  bool load(const std::string& fingerprint, std::string& progress,
            std::span<const StateArray> state) override {
    if (chosen < 0) return false;
    const State& from = saved.at(static_cast<std::size_t>(chosen));
    if (from.fingerprint != fingerprint) throw Error("another fingerprint");
    for (const StateArray& array : state) {
      const auto& numbers = from.arrays.at(array.name);
      if (static_cast<Index>(numbers.size()) != array.size) throw Error("another length");
      std::copy(numbers.begin(), numbers.end(), std::get<float*>(array.data));
    }
    progress = from.progress;
    return true;
  }

  std::vector<State> saved;
  int chosen = -1;
};

}  // namespace pellucid::test
