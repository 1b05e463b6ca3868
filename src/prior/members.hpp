// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Columns of a block that belong to one component, each with its weight.
struct Members {
  std::vector<Index> columns;
  std::vector<double> weights;

  void clear() {
    columns.clear();
    weights.clear();
  }
  void add(Index column, double weight) {
    columns.push_back(column);
    weights.push_back(weight);
  }
  [[nodiscard]] Index size() const { return static_cast<Index>(columns.size()); }
};

}  // namespace pellucid
