// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/diagonal_kernels_impl.hpp"
#include "linalg/diagonal_kernels_sets.hpp"

namespace pellucid::linalg {

const DiagonalKernels<float> baseline_diagonal_float = kernels<float>;
const DiagonalKernels<double> baseline_diagonal_double = kernels<double>;

}  // namespace pellucid::linalg
