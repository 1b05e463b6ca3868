// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "linalg/tile_kernels.hpp"

namespace pellucid::linalg {

extern const TileKernels<float> baseline_float, avx2_float, avx512_float;
extern const TileKernels<double> baseline_double, avx2_double, avx512_double;

}  // namespace pellucid::linalg
