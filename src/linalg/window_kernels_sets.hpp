// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "linalg/window_kernels.hpp"

namespace pellucid::linalg {

extern const WindowKernels<float> baseline_window_float, avx2_window_float, avx512_window_float;
extern const WindowKernels<double> baseline_window_double, avx2_window_double, avx512_window_double;

}  // namespace pellucid::linalg
