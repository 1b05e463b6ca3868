// SPDX-License-Identifier: BSD-3-Clause
#define PELLUCID_VECTOR_BYTES 32
#define PELLUCID_EIGEN_ROWS 2
#include "linalg/window_kernels_impl.hpp"
#include "linalg/window_kernels_sets.hpp"

namespace pellucid::linalg {

const WindowKernels<float> avx2_window_float = kernels<float>;
const WindowKernels<double> avx2_window_double = kernels<double>;

}  // namespace pellucid::linalg
