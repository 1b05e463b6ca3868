// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "network/convolution_kernels.hpp"

namespace pellucid::network {

extern const NetworkKernels baseline_kernels, avx2_kernels, avx512_kernels, avx512bf16_kernels;

}  // namespace pellucid::network
