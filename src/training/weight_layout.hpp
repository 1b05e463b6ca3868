// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pellucid/network/architecture.hpp"

namespace pellucid::training {

using Numbers = Eigen::VectorXf;

/// Where each tensor of a network lies in two arrays of numbers: one that is learnt, and one of the
/// running statistics of batch normalisations. Tensors begin at whole cache lines; the gaps are 0.
struct WeightLayout {
  struct Entry {
    std::string name;
    std::vector<Index> shape;
    Index offset, size;
    bool learnt;
  };

  explicit WeightLayout(const NetworkArchitecture& architecture);

  std::vector<Entry> entries;
  Index weights = 0, statistics = 0;  ///< lengths of the arrays, gaps included
  Index learnt = 0;                   ///< numbers learnt
};

/// PyTorch's start: uniform within `1 / sqrt(fan in)`, normalisations that change nothing. Of an
/// MLP the blocks' contributions and the output begin small, so that depth costs no stability.
[[nodiscard]] Numbers initial_weights(const WeightLayout& layout,
                                      const NetworkArchitecture& architecture, std::uint64_t seed);
/// Means 0, variances 1.
[[nodiscard]] Numbers initial_statistics(const WeightLayout& layout);

[[nodiscard]] NamedTensors named_tensors(const WeightLayout& layout, const Numbers& weights,
                                         const Numbers& statistics);

}  // namespace pellucid::training
