// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <complex>

#include "pellucid/base/types.hpp"

namespace pellucid::linalg {

// Sums over n real numbers (a complex one is two); compiled for several instruction sets, the best
// one chosen when the program starts. The order of each sum is fixed.

/// `sum_i (z_i - g m_i)^2 q_i`, the difference in the type of `z`, the rest in double precision.
double weigh_difference(const float* z, const float* m, float g, const double* q, Index n);
double weigh_difference(const double* z, const double* m, double g, const double* q, Index n);

/// `out_i = m_i + f_i (z_i - g m_i)`.
void filter_difference(const float* z, const float* m, float g, const float* f, float* out,
                       Index n);
void filter_difference(const double* z, const double* m, double g, const double* f, double* out,
                       Index n);

/// `out_i += p (m_i + f_i (z_i - g m_i))`.
void add_filtered(float p, const float* z, const float* m, float g, const float* f, float* out,
                  Index n);
void add_filtered(double p, const double* z, const double* m, double g, const double* f,
                  double* out, Index n);

/// `z_i = x_i - m_i` and its square, n numbers; complex ones are pairs, `square` half as many.
void centre_and_square(const double* x, const double* m, double* z, double* square, Index n);
void centre_and_square(const std::complex<double>* x, const std::complex<double>* m, double* z,
                       double* square, Index n);

}  // namespace pellucid::linalg
