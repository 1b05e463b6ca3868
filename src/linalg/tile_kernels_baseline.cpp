// SPDX-License-Identifier: BSD-3-Clause
#define PELLUCID_VECTOR_BYTES 16
#define PELLUCID_REGISTER_ROWS 4
#include "linalg/tile_kernels_impl.hpp"
#include "linalg/tile_kernels_sets.hpp"

namespace pellucid::linalg {

const TileKernels<float> baseline_float = kernels<float>;
const TileKernels<double> baseline_double = kernels<double>;

}  // namespace pellucid::linalg
