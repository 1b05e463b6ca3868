// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"

namespace pellucid {

/// `sum_i (z_i - m_i)^2 q_i` over n real numbers, the difference in the type of `z`, the rest in
/// double precision; `z` is replaced by the difference.
template <class Real>
double centre_and_weigh(Real* z, const Real* m, const double* q, Index n) {
  // Independent partial sums, so that the compiler may use whole vectors without reordering.
  constexpr Index lanes = 8;
  double partial[lanes] = {};
  const Index whole = n - n % lanes;
  const auto weigh = [&](Index i, double& sum) {
    const Real d = z[i] - m[i];
    z[i] = d;
    sum += static_cast<double>(d) * static_cast<double>(d) * q[i];
  };
  for (Index i = 0; i < whole; i += lanes) {
    for (Index lane = 0; lane < lanes; ++lane) weigh(i + lane, partial[lane]);
  }
  double sum = 0.0;
  for (const double p : partial) sum += p;
  for (Index i = whole; i < n; ++i) weigh(i, sum);
  return sum;
}

}  // namespace pellucid
