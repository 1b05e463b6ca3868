// SPDX-License-Identifier: BSD-3-Clause
#include "network/convolution_kernels.hpp"

#include "base/isa.hpp"
#include "network/convolution_kernels_sets.hpp"

namespace pellucid::network {

const NetworkKernels& network_kernels([[maybe_unused]] Isa isa) {
#ifdef __x86_64__
  if (isa == Isa::avx512) return avx512_kernels;
  if (isa == Isa::avx2) return avx2_kernels;
#endif
  return baseline_kernels;
}

const NetworkKernels& network_kernels() { return network_kernels(active_isa()); }

}  // namespace pellucid::network
