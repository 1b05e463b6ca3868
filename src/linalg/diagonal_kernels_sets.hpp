// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "linalg/diagonal_kernels.hpp"

namespace pellucid::linalg {

extern const DiagonalKernels<float> baseline_diagonal_float, avx2_diagonal_float,
    avx512_diagonal_float;
extern const DiagonalKernels<double> baseline_diagonal_double, avx2_diagonal_double,
    avx512_diagonal_double;

}  // namespace pellucid::linalg
