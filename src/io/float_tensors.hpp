// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstring>

#include "pellucid/io/array.hpp"
#include "pellucid/network/tensor.hpp"

namespace pellucid::io {

/// An array of type float32 as a network's tensor, and back.
[[nodiscard]] inline Tensor network_tensor(const Array& array) {
  Tensor tensor{array.shape, std::vector<float>(array.bytes.size() / sizeof(float))};
  std::memcpy(tensor.values.data(), array.bytes.data(), array.bytes.size());
  return tensor;
}
[[nodiscard]] inline Array network_array(const Tensor& tensor) {
  Array array;
  array.type = DType::float32;
  array.shape = tensor.shape;
  array.bytes.resize(tensor.values.size() * sizeof(float));
  std::memcpy(array.bytes.data(), tensor.values.data(), array.bytes.size());
  return array;
}

}  // namespace pellucid::io
