// SPDX-License-Identifier: BSD-3-Clause
#define PELLUCID_VECTOR_BYTES 16
#define PELLUCID_EIGEN_ROWS 2
#include "linalg/window_kernels_impl.hpp"
#include "linalg/window_kernels_sets.hpp"

namespace pellucid::linalg {

const WindowKernels<float> baseline_window_float = kernels<float>;
const WindowKernels<double> baseline_window_double = kernels<double>;

}  // namespace pellucid::linalg
