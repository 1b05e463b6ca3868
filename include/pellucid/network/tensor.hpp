// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// An array in C order, as network weights are stored.
struct Tensor {
  std::vector<Index> shape;  ///< empty for a single number
  std::vector<float> values;

  bool operator==(const Tensor&) const = default;
};

using NamedTensors = std::map<std::string, Tensor, std::less<>>;

}  // namespace pellucid
