// SPDX-License-Identifier: BSD-3-Clause
#define PELLUCID_VECTOR_BYTES 16
#define PELLUCID_REGISTER_VECTORS 2
#include "network/convolution_kernels_impl.hpp"
#include "network/convolution_kernels_sets.hpp"

namespace pellucid::network {

const NetworkKernels baseline_kernels = kernels;

}  // namespace pellucid::network
