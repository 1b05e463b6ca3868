// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/diagonal_kernels_impl.hpp"
#include "linalg/diagonal_kernels_sets.hpp"

namespace pellucid::linalg {

const DiagonalKernels<float> avx2_diagonal_float = kernels<float>;
const DiagonalKernels<double> avx2_diagonal_double = kernels<double>;

}  // namespace pellucid::linalg
