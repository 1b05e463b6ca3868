// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <random>

#include "pellucid/base/error.hpp"
#include "pellucid/network/architecture.hpp"

namespace pellucid::test {

/// Weights that keep the size of signals, the same in every run.
inline NamedTensors random_tensors(const NetworkArchitecture& architecture) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  NamedTensors tensors;
  for (const auto& [name, shape] : tensor_shapes(architecture)) {
    Tensor& tensor = tensors[name];
    tensor.shape = shape;
    Index count = 1;
    for (const Index length : shape) count *= length;
    const float fan_in = static_cast<float>(count) / static_cast<float>(shape.front());
    for (Index i = 0; i < count; ++i) {
      tensor.values.push_back(name.ends_with("running_var") ? 1.5F + uniform(random)
                                                            : uniform(random) / std::sqrt(fan_in));
    }
  }
  return tensors;
}

}  // namespace pellucid::test
