// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/tile_kernels.hpp"

#include "base/isa.hpp"
#include "linalg/tile_kernels_sets.hpp"

namespace pellucid::linalg {

template <>
const TileKernels<float>& tile_kernels<float>([[maybe_unused]] Isa isa) {
#ifdef __x86_64__
  if (isa == Isa::avx512) return avx512_float;
  if (isa == Isa::avx2) return avx2_float;
#endif
  return baseline_float;
}

template <>
const TileKernels<double>& tile_kernels<double>([[maybe_unused]] Isa isa) {
#ifdef __x86_64__
  if (isa == Isa::avx512) return avx512_double;
  if (isa == Isa::avx2) return avx2_double;
#endif
  return baseline_double;
}

template <class Real>
const TileKernels<Real>& tile_kernels() {
  return tile_kernels<Real>(active_isa());
}

template const TileKernels<float>& tile_kernels<float>();
template const TileKernels<double>& tile_kernels<double>();

}  // namespace pellucid::linalg
