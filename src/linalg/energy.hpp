// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"

namespace pellucid::linalg {

/// `sum_i (z_i - g m_i)^2 q_i` over n real numbers, the difference in the type of `z`, the rest in
/// double precision; `z` is replaced by the difference. Compiled for several instruction sets, the
/// best one chosen when the program starts. (The order of the sum is fixed; its rounding may differ
/// between instruction sets.)
double centre_and_weigh(float* z, const float* m, float g, const double* q, Index n);
double centre_and_weigh(double* z, const double* m, double g, const double* q, Index n);

}  // namespace pellucid::linalg
