// SPDX-License-Identifier: BSD-3-Clause
#include "network/convolution_kernels.hpp"

#include "base/isa.hpp"
#include "network/convolution_kernels_sets.hpp"

namespace pellucid::network {

namespace {

#ifdef __x86_64__
bool runs_bf16() {
  return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw");
}
#endif

}  // namespace

const NetworkKernels& network_kernels([[maybe_unused]] Isa isa) {
#ifdef __x86_64__
  if (isa == Isa::avx512) return runs_bf16() ? avx512bf16_kernels : avx512_kernels;
  if (isa == Isa::avx2) return avx2_kernels;
#endif
  return baseline_kernels;
}

const NetworkKernels& network_kernels() { return network_kernels(active_isa()); }

}  // namespace pellucid::network
