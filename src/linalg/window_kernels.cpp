// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/window_kernels.hpp"

#include "base/isa.hpp"
#include "linalg/window_kernels_sets.hpp"

namespace pellucid::linalg {

template <>
const WindowKernels<float>& window_kernels<float>([[maybe_unused]] Isa isa) {
#ifdef __x86_64__
  if (isa == Isa::avx512) return avx512_window_float;
  if (isa == Isa::avx2) return avx2_window_float;
#endif
  return baseline_window_float;
}

template <>
const WindowKernels<double>& window_kernels<double>([[maybe_unused]] Isa isa) {
#ifdef __x86_64__
  if (isa == Isa::avx512) return avx512_window_double;
  if (isa == Isa::avx2) return avx2_window_double;
#endif
  return baseline_window_double;
}

template <class Real>
const WindowKernels<Real>& window_kernels() {
  return window_kernels<Real>(active_isa());
}

template const WindowKernels<float>& window_kernels<float>();
template const WindowKernels<double>& window_kernels<double>();

}  // namespace pellucid::linalg
