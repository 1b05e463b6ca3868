// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/base/precision.hpp"
#include "pellucid/network/tensor.hpp"

namespace pellucid::network {

/// Weights (output, input, taps) of convolutions whose inputs stand side by side, in the order of
/// `Convolution::weights` for the kernels of a precision.
[[nodiscard]] std::vector<float> packed(const std::vector<const Tensor*>& weights,
                                        Precision precision);
/// The same for `row_pairs`, of 3 x 3 taps.
[[nodiscard]] std::vector<float> packed_row_pairs(const std::vector<const Tensor*>& weights,
                                                  Precision precision);

}  // namespace pellucid::network
