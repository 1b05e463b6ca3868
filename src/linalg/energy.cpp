// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/energy.hpp"

// Resolvers of function versions run before the sanitizers are ready.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PELLUCID_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PELLUCID_CLONES
#endif

namespace pellucid::linalg {

namespace {

// Independent partial sums, so that the compiler may use whole vectors without reordering.
constexpr Index lanes = 16;

template <class Real>
[[gnu::always_inline]] inline double weigh(Real* z, const Real* m, Real g, const double* q,
                                           Index n) {
  double partial[lanes] = {};
  const Index whole = n - n % lanes;
  for (Index i = 0; i < whole; i += lanes) {
    for (Index lane = 0; lane < lanes; ++lane) {
      const Real d = z[i + lane] - g * m[i + lane];
      z[i + lane] = d;
      partial[lane] += static_cast<double>(d) * static_cast<double>(d) * q[i + lane];
    }
  }
  double sum = 0;
  for (const double p : partial) sum += p;
  for (Index i = whole; i < n; ++i) {
    const Real d = z[i] - g * m[i];
    z[i] = d;
    sum += static_cast<double>(d) * static_cast<double>(d) * q[i];
  }
  return sum;
}

}  // namespace

PELLUCID_CLONES double centre_and_weigh(float* z, const float* m, float g, const double* q,
                                        Index n) {
  return weigh(z, m, g, q, n);
}

PELLUCID_CLONES double centre_and_weigh(double* z, const double* m, double g, const double* q,
                                        Index n) {
  return weigh(z, m, g, q, n);
}

}  // namespace pellucid::linalg
