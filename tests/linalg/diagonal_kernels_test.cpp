// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/diagonal_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "base/isa.hpp"
#include "pellucid/base/types.hpp"

namespace pellucid::linalg {
namespace {

template <class Real>
Vector<Real> random(Index n, std::mt19937& engine) {
  std::normal_distribution<double> normal;
  Vector<Real> x(n);
  for (Real& entry : x) entry = static_cast<Real>(normal(engine));
  return x;
}

// Calls `f(kernels, n, engine)` for every set and precision, with lengths around whole vectors.
template <class F>
void for_all_cases(F&& f) {
  for (const Isa isa : supported_isas()) {
    SCOPED_TRACE(name(isa));
    std::mt19937 engine(1);
    for (const Index n : {0, 1, 15, 16, 17, 100}) {
      f(diagonal_kernels<float>(isa), n, engine);
      f(diagonal_kernels<double>(isa), n, engine);
    }
  }
}

// Rounding of the few operations that lead to an entry of ordinary size.
template <class Real>
constexpr double tolerance = 20 * static_cast<double>(std::numeric_limits<Real>::epsilon());

TEST(DiagonalKernels, DifferencesAreWeighed) {
  for_all_cases([]<class Real>(const DiagonalKernels<Real>& kernels, Index n, auto& engine) {
    Vector<Real> z = random<Real>(n, engine);
    const Vector<Real> m = random<Real>(n, engine);
    const Eigen::VectorXd q = random<double>(n, engine).cwiseAbs();
    const Real g = Real(0.75);
    const auto weighed = [&](double scale) {
      const Eigen::ArrayXd d = z.template cast<double>() - scale * m.template cast<double>();
      return (d.square() * q.array()).sum();
    };
    const double size = 10.0 * static_cast<double>(n);
    EXPECT_NEAR(kernels.weigh_difference(z.data(), m.data(), g, q.data(), n), weighed(0.75),
                tolerance<Real> * size);
    const double expected = weighed(1.0);
    const Vector<Real> difference = z - m;
    EXPECT_NEAR(kernels.centre_and_weigh(z.data(), m.data(), q.data(), n), expected,
                tolerance<Real> * size);
    EXPECT_EQ(z, difference);
  });
}

TEST(DiagonalKernels, DifferencesAreFiltered) {
  for_all_cases([]<class Real>(const DiagonalKernels<Real>& kernels, Index n, auto& engine) {
    const Vector<Real> z = random<Real>(n, engine), m = random<Real>(n, engine),
                       f = random<Real>(n, engine);
    const Real g = Real(0.75), p = Real(0.3);
    const Vector<Real> expected = m + f.cwiseProduct(z - g * m);
    Vector<Real> filtered = Vector<Real>::Zero(n), sum = random<Real>(n, engine);
    const Vector<Real> added = sum + p * expected;
    kernels.filter_difference(z.data(), m.data(), g, f.data(), filtered.data(), n);
    kernels.add_filtered(p, z.data(), m.data(), g, f.data(), sum.data(), n);
    for (Index i = 0; i < n; ++i) {
      EXPECT_NEAR(filtered(i), expected(i), tolerance<Real> * 10) << i;
      EXPECT_NEAR(sum(i), added(i), tolerance<Real> * 10) << i;
    }
  });
}

TEST(DiagonalKernels, DifferencesAreSquared) {
  for_all_cases([]<class Real>(const DiagonalKernels<Real>& kernels, Index n, auto& engine) {
    const Vector<Real> x = random<Real>(2 * n, engine), m = random<Real>(2 * n, engine);
    const Vector<Real> difference = x - m;
    Vector<Real> z(2 * n), square(2 * n), pairs(n);
    kernels.centre_and_square(x.data(), m.data(), z.data(), square.data(), 2 * n);
    EXPECT_EQ(z, difference);
    EXPECT_EQ(square, difference.cwiseAbs2());
    z.setZero();
    kernels.centre_and_square_pairs(x.data(), m.data(), z.data(), pairs.data(), n);
    EXPECT_EQ(z, difference);
    for (Index i = 0; i < n; ++i) {
      EXPECT_NEAR(pairs(i), square(2 * i) + square(2 * i + 1), tolerance<Real> * 10);
    }
  });
}

}  // namespace
}  // namespace pellucid::linalg
