// SPDX-License-Identifier: BSD-3-Clause
#define PELLUCID_VECTOR_BYTES 32
#define PELLUCID_REGISTER_ROWS 4
#include "linalg/tile_kernels_impl.hpp"
#include "linalg/tile_kernels_sets.hpp"

namespace pellucid::linalg {

const TileKernels<float> avx2_float = kernels<float>;
const TileKernels<double> avx2_double = kernels<double>;

}  // namespace pellucid::linalg
