// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// libtorch costs 16 s of compile time: for torch_*.cpp only.

#include <ATen/ATen.h>

#include <map>
#include <string>

#include "pellucid/network/architecture.hpp"

namespace pellucid::training {

/// What a forward pass is made of.
struct TorchPass {
  std::map<std::string, at::Tensor> tensors;  ///< by the names of `tensor_shapes`
  bool bf16 = false;            ///< round what enters convolutions and matrix products
  bool own_statistics = false;  ///< normalise by the batch's statistics; running ones follow
  double momentum = 0.1;        ///< of the running statistics
};

/// The network's outputs, (rows, entries), single precision. `inputs` is (rows, entries);
/// `embedding` (levels, time channels), each level for as many rows in a row as divide evenly.
[[nodiscard]] at::Tensor forward(const TorchPass& pass, const NetworkArchitecture& architecture,
                                 const at::Tensor& inputs, const at::Tensor& embedding);

}  // namespace pellucid::training
