// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "pellucid/prior/fit_checkpoint.hpp"

namespace pellucid::test {

/// Keeps every state that was saved; loads the one chosen, where that is not negative.
class MemoryCheckpoint final : public FitCheckpoint {
 public:
  void save(const std::string& fingerprint, const std::string& progress,
            std::span<const StateArray> state) override {
    Saved saved{fingerprint, progress, {}};
    for (const StateArray& array : state) {
      const double* numbers = std::get<double*>(array.data);
      saved.numbers[array.name].assign(numbers, numbers + array.size);
    }
    states.push_back(std::move(saved));
  }
  bool load(const std::string& fingerprint, std::string& progress,
            std::span<const StateArray> state) override {
    last_fingerprint = fingerprint;
    if (chosen < 0) return false;
    const Saved& saved = states.at(static_cast<std::size_t>(chosen));
    EXPECT_EQ(saved.fingerprint, fingerprint);
    for (const StateArray& array : state) {
      const auto& numbers = saved.numbers.at(array.name);
      EXPECT_EQ(static_cast<Index>(numbers.size()), array.size) << array.name;
      std::copy(numbers.begin(), numbers.end(), std::get<double*>(array.data));
    }
    progress = saved.progress;
    return true;
  }

  struct Saved {
    std::string fingerprint, progress;
    std::map<std::string, std::vector<double>> numbers;
  };
  std::vector<Saved> states;
  int chosen = -1;
  std::string last_fingerprint;
};

}  // namespace pellucid::test
