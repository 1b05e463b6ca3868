// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/diagonal.hpp"

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
[[gnu::always_inline]] inline double weigh(const Real* z, const Real* m, Real g, const double* q,
                                           Index n) {
  double partial[lanes] = {};
  const Index whole = n - n % lanes;
  for (Index i = 0; i < whole; i += lanes) {
    for (Index lane = 0; lane < lanes; ++lane) {
      const auto d = static_cast<double>(z[i + lane] - g * m[i + lane]);
      partial[lane] += d * d * q[i + lane];
    }
  }
  double sum = 0;
  for (const double p : partial) sum += p;
  for (Index i = whole; i < n; ++i) {
    const auto d = static_cast<double>(z[i] - g * m[i]);
    sum += d * d * q[i];
  }
  return sum;
}

template <class Real>
[[gnu::always_inline]] inline void filter(const Real* z, const Real* m, Real g, const Real* f,
                                          Real* out, Index n) {
  for (Index i = 0; i < n; ++i) out[i] = m[i] + f[i] * (z[i] - g * m[i]);
}

template <class Real>
[[gnu::always_inline]] inline void add(Real p, const Real* z, const Real* m, Real g, const Real* f,
                                       Real* out, Index n) {
  for (Index i = 0; i < n; ++i) out[i] += p * (m[i] + f[i] * (z[i] - g * m[i]));
}

}  // namespace

PELLUCID_CLONES double weigh_difference(const float* z, const float* m, float g, const double* q,
                                        Index n) {
  return weigh(z, m, g, q, n);
}

PELLUCID_CLONES double weigh_difference(const double* z, const double* m, double g, const double* q,
                                        Index n) {
  return weigh(z, m, g, q, n);
}

PELLUCID_CLONES void filter_difference(const float* z, const float* m, float g, const float* f,
                                       float* out, Index n) {
  filter(z, m, g, f, out, n);
}

PELLUCID_CLONES void filter_difference(const double* z, const double* m, double g, const double* f,
                                       double* out, Index n) {
  filter(z, m, g, f, out, n);
}

PELLUCID_CLONES void add_filtered(float p, const float* z, const float* m, float g, const float* f,
                                  float* out, Index n) {
  add(p, z, m, g, f, out, n);
}

PELLUCID_CLONES void add_filtered(double p, const double* z, const double* m, double g,
                                  const double* f, double* out, Index n) {
  add(p, z, m, g, f, out, n);
}

PELLUCID_CLONES void centre_and_square(const double* x, const double* m, double* z, double* square,
                                       Index n) {
  for (Index i = 0; i < n; ++i) {
    const double d = x[i] - m[i];
    z[i] = d;
    square[i] = d * d;
  }
}

PELLUCID_CLONES void centre_and_square(const std::complex<double>* x, const std::complex<double>* m,
                                       double* z, double* square, Index n) {
  const auto* from = reinterpret_cast<const double*>(x);
  const auto* centre = reinterpret_cast<const double*>(m);
  for (Index i = 0; i < n; ++i) {
    const double re = from[2 * i] - centre[2 * i], im = from[2 * i + 1] - centre[2 * i + 1];
    z[2 * i] = re;
    z[2 * i + 1] = im;
    square[i] = re * re + im * im;
  }
}

}  // namespace pellucid::linalg
