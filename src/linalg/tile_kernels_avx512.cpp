// SPDX-License-Identifier: BSD-3-Clause
#define PELLUCID_VECTOR_BYTES 64
#define PELLUCID_REGISTER_ROWS 8
#include "linalg/tile_kernels_impl.hpp"
#include "linalg/tile_kernels_sets.hpp"

namespace pellucid::linalg {

const TileKernels<float> avx512_float = kernels<float>;
const TileKernels<double> avx512_double = kernels<double>;

}  // namespace pellucid::linalg
