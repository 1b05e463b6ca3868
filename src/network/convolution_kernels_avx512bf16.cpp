// SPDX-License-Identifier: BSD-3-Clause
#define PELLUCID_VECTOR_BYTES 64
#define PELLUCID_REGISTER_VECTORS 4
#define PELLUCID_BF16_PRODUCTS
#include "network/convolution_kernels_impl.hpp"
#include "network/convolution_kernels_sets.hpp"

namespace pellucid::network {

const NetworkKernels avx512bf16_kernels = kernels;

}  // namespace pellucid::network
