// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/base/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace pellucid {
namespace {

template <class T>
Matrix<T> numbers(std::uint64_t seed, Purpose purpose, Index rows, Index cols,
                  std::uint64_t first = 0, std::uint32_t step = 0, std::uint32_t draw = 0) {
  Matrix<T> z(rows, cols);
  RandomStream(seed, purpose, draw).normal<T>(first, step, z);
  return z;
}

TEST(RandomStream, AddressDecidesTheNumber) {
  const auto all = numbers<double>(1, Purpose::probe, 7, 10);
  EXPECT_EQ(numbers<double>(1, Purpose::probe, 7, 3, 4), all.middleCols(4, 3));
  EXPECT_EQ(numbers<double>(1, Purpose::probe, 4, 10), all.topRows(4));
}

TEST(RandomStream, EveryPartOfTheAddressMatters) {
  const auto base = numbers<double>(1, Purpose::probe, 8, 1);
  EXPECT_NE(numbers<double>(2, Purpose::probe, 8, 1), base);
  EXPECT_NE(numbers<double>(1ULL << 40, Purpose::probe, 8, 1), base);
  EXPECT_NE(numbers<double>(1, Purpose::fit_start, 8, 1), base);
  EXPECT_NE(numbers<double>(1, Purpose::probe, 8, 1, 1), base);
  EXPECT_NE(numbers<double>(1, Purpose::probe, 8, 1, 1ULL << 33), base);
  EXPECT_NE(numbers<double>(1, Purpose::probe, 8, 1, 0, 1), base);
  EXPECT_NE(numbers<double>(1, Purpose::probe, 8, 1, 0, 0, 1), base);
}

TEST(RandomStream, SinglePrecisionIsTheRoundedDouble) {
  EXPECT_EQ(numbers<float>(3, Purpose::probe, 5, 4),
            numbers<double>(3, Purpose::probe, 5, 4).cast<float>());
}

// A million numbers: moments within five standard errors (1, 2, 6, 96 are the variances of z, z^2,
// z^3 -> 15, z^4 under the normal law).
TEST(RandomStream, MomentsAreNormal) {
  const Eigen::ArrayXXd z = numbers<double>(5, Purpose::probe, 1000, 1000).array();
  const double n = 1e6;
  EXPECT_NEAR(z.mean(), 0, 5 * std::sqrt(1 / n));
  EXPECT_NEAR(z.square().mean(), 1, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(z.cube().mean(), 0, 5 * std::sqrt(15 / n));
  EXPECT_NEAR(z.square().square().mean(), 3, 5 * std::sqrt(96 / n));
  // Neighbours in entry and in sample are uncorrelated.
  EXPECT_NEAR((z.topRows(999) * z.bottomRows(999)).mean(), 0, 5 * std::sqrt(1 / n));
  EXPECT_NEAR((z.leftCols(999) * z.rightCols(999)).mean(), 0, 5 * std::sqrt(1 / n));
}

TEST(RandomStream, ComplexNumbersAreCircular) {
  const auto z = numbers<std::complex<double>>(5, Purpose::probe, 500, 500);
  const double n = 250000;
  EXPECT_NEAR(z.cwiseAbs2().mean(), 1, 5 * std::sqrt(1 / n));
  EXPECT_NEAR(std::abs(z.array().square().mean()), 0, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(z.real().cwiseAbs2().mean(), 0.5, 5 * std::sqrt(0.5 / n));
}

TEST(RandomStream, UniformNumbersFillTheUnitInterval) {
  const RandomStream stream(9, Purpose::component_draw);
  double sum = 0;
  std::set<double> seen;
  constexpr int n = 100000;
  for (std::uint64_t i = 0; i < n; ++i) {
    const double u = stream.uniform(i, 0, 0);
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    seen.insert(u);
  }
  EXPECT_NEAR(sum / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(n));
}

}  // namespace
}  // namespace pellucid
