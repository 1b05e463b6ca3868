// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kernels of diagonal_kernels.hpp, for files compiled for one instruction set: plain loops that
// the compiler makes vectors of. Everything is in an unnamed namespace.

#include "linalg/diagonal_kernels.hpp"

namespace pellucid::linalg {
namespace {

/// `sum_i d_i^2 q_i`, `d_i = difference(i)`, in independent partial sums, so that the compiler may
/// use whole vectors without reordering.
template <class Difference>
[[gnu::always_inline]] inline double weighted_squares(const double* q, Index n,
                                                      const Difference& difference) {
  constexpr Index lanes = 16;
  double partial[lanes] = {};
  const Index whole = n - n % lanes;
  for (Index i = 0; i < whole; i += lanes) {
    for (Index lane = 0; lane < lanes; ++lane) {
      const auto d = static_cast<double>(difference(i + lane));
      partial[lane] += d * d * q[i + lane];
    }
  }
  double sum = 0;
  for (const double p : partial) sum += p;
  for (Index i = whole; i < n; ++i) {
    const auto d = static_cast<double>(difference(i));
    sum += d * d * q[i];
  }
  return sum;
}

template <class Real>
double weigh_difference(const Real* z, const Real* m, Real g, const double* q, Index n) {
  return weighted_squares(
      q, n, [=](Index i) __attribute__((always_inline)) { return z[i] - g * m[i]; });
}

template <class Real>
double centre_and_weigh(Real* z, const Real* m, const double* q, Index n) {
  return weighted_squares(
      q, n, [=](Index i) __attribute__((always_inline)) { return z[i] -= m[i]; });
}

template <class Real>
void filter_difference(const Real* z, const Real* m, Real g, const Real* f, Real* out, Index n) {
  for (Index i = 0; i < n; ++i) out[i] = m[i] + f[i] * (z[i] - g * m[i]);
}

template <class Real>
void add_filtered(Real p, const Real* z, const Real* m, Real g, const Real* f, Real* out, Index n) {
  for (Index i = 0; i < n; ++i) out[i] += p * (m[i] + f[i] * (z[i] - g * m[i]));
}

template <class Real>
void centre_and_square(const Real* x, const Real* m, Real* z, Real* square, Index n) {
  for (Index i = 0; i < n; ++i) {
    const Real d = x[i] - m[i];
    z[i] = d;
    square[i] = d * d;
  }
}

template <class Real>
void centre_and_square_pairs(const Real* x, const Real* m, Real* z, Real* square, Index n) {
  for (Index i = 0; i < n; ++i) {
    const Real re = x[2 * i] - m[2 * i], im = x[2 * i + 1] - m[2 * i + 1];
    z[2 * i] = re;
    z[2 * i + 1] = im;
    square[i] = re * re + im * im;
  }
}

template <class Real>
constexpr DiagonalKernels<Real> kernels = {
    .weigh_difference = weigh_difference<Real>,
    .centre_and_weigh = centre_and_weigh<Real>,
    .filter_difference = filter_difference<Real>,
    .add_filtered = add_filtered<Real>,
    .centre_and_square = centre_and_square<Real>,
    .centre_and_square_pairs = centre_and_square_pairs<Real>,
};

}  // namespace
}  // namespace pellucid::linalg
