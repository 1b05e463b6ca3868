// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/diagonal_kernels.hpp"

#include "base/isa.hpp"
#include "linalg/diagonal_kernels_sets.hpp"

namespace pellucid::linalg {

template <>
const DiagonalKernels<float>& diagonal_kernels<float>([[maybe_unused]] Isa isa) {
#ifdef __x86_64__
  if (isa == Isa::avx512) return avx512_diagonal_float;
  if (isa == Isa::avx2) return avx2_diagonal_float;
#endif
  return baseline_diagonal_float;
}

template <>
const DiagonalKernels<double>& diagonal_kernels<double>([[maybe_unused]] Isa isa) {
#ifdef __x86_64__
  if (isa == Isa::avx512) return avx512_diagonal_double;
  if (isa == Isa::avx2) return avx2_diagonal_double;
#endif
  return baseline_diagonal_double;
}

template <class Real>
const DiagonalKernels<Real>& diagonal_kernels() {
  return diagonal_kernels<Real>(active_isa());
}

template const DiagonalKernels<float>& diagonal_kernels<float>();
template const DiagonalKernels<double>& diagonal_kernels<double>();

}  // namespace pellucid::linalg
