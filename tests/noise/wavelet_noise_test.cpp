// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/noise/wavelet_noise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

template <class T>
Matrix<T> white(Index entries, Index count, std::uint64_t seed) {
  Matrix<T> noise(entries, count);
  RandomStream(seed, Purpose::observation_noise).normal<T>(0, 0, noise);
  return noise;
}

template <class T>
NoiseEstimate estimate(const Matrix<T>& signals, const std::vector<Index>& shape) {
  return wavelet_noise(sample_for_noise<T>(MatrixSignals<T>(signals, shape)));
}

template <class T>
class WaveletNoise : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(WaveletNoise, Numbers);

TYPED_TEST(WaveletNoise, IntervalsCoverPureNoiseOfAnyShape) {
  using T = TypeParam;
  const std::vector<std::vector<Index>> shapes{{16, 16}, {8, 12, 3}, {300}, {4, 8, 8}, {1, 40}};
  for (const auto& shape : shapes) {
    constexpr int repeats = 40;
    int covered = 0;
    for (int i = 0; i < repeats; ++i) {
      const Matrix<T> y = T(0.2) * white<T>(entries_of(shape), 20, static_cast<std::uint64_t>(i));
      const NoiseEstimate noise = estimate<T>(y, shape);
      covered += noise.interval[0] <= 0.2 && 0.2 <= noise.interval[1] ? 1 : 0;
    }
    EXPECT_GE(covered, 33) << shape.size() << " axes";  // 38 expected, deviation 1.4
  }
}

TYPED_TEST(WaveletNoise, ASmoothSignalIsNoNoise) {
  using T = TypeParam;
  Matrix<T> y = T(0.1) * white<T>(4000, 1, 3);
  for (Index i = 0; i < y.rows(); ++i) y(i, 0) += 5 * std::sin(0.01 * static_cast<double>(i));
  const NoiseEstimate noise = estimate<T>(y, {4000});
  EXPECT_NEAR(noise.noise_std, 0.1, 0.01);  // 4 standard errors of the median
  EXPECT_EQ(noise.certainty, NoiseCertainty::fair);
  const NoiseEstimate seven = estimate<T>(Matrix<T>(T(7) * y), {4000});
  EXPECT_NEAR(seven.noise_std, 7 * noise.noise_std, 1e-9);
  EXPECT_NEAR(seven.interval[0], 7 * noise.interval[0], 1e-6);
}

TEST(WaveletNoise, SignalInAFifthOfTheDetailIsTakenOut) {
  Matrix<double> y = 0.1 * white<double>(20000, 1, 4);
  y.topRows(4000) += 0.5 * white<double>(4000, 1, 5);
  const NoiseEstimate noise = estimate<double>(y, {20000});
  EXPECT_NEAR(noise.noise_std, 0.1, 0.004);  // the median alone says 0.118
  EXPECT_FALSE(noise.note.empty());
  EXPECT_GT(noise.interval[1], 0.115);
}

TEST(WaveletNoise, ConstantRegionsAndClippedEntriesAreLeftOut) {
  const std::vector<Index> shape{64, 64};
  Matrix<double> y = white<double>(64 * 64, 8, 6);
  Matrix<double> masked = y;
  masked.topRows(40 * 64).setConstant(3.0);
  EXPECT_NEAR(estimate<double>(masked, shape).noise_std, 1.0, 0.08);  // 3000 places: 2 % chance
  Matrix<double> clipped = y;
  clipped.array() += 2.0;
  clipped.bottomRows(32 * 64).array() -= 2.0;
  clipped = clipped.cwiseMax(0.0);
  EXPECT_NEAR(estimate<double>(clipped, shape).noise_std, 1.0, 0.1);
}

TEST(WaveletNoise, ConstantZeroAndSingleNumbers) {
  for (const double value : {0.0, 5.0}) {
    const NoiseEstimate none = estimate<double>(Matrix<double>::Constant(64, 3, value), {8, 8});
    EXPECT_EQ(none.noise_std, 0);
    EXPECT_EQ(none.interval[1], 0);
    EXPECT_FALSE(none.note.empty());
  }
  EXPECT_THROW((void)estimate<double>(Matrix<double>::Ones(1, 9), {1}), Error);
  const NoiseEstimate one = estimate<double>(white<double>(64, 1, 1), {8, 8});
  EXPECT_EQ(one.certainty, NoiseCertainty::doubtful);  // 9 places
  Matrix<double> bad = white<double>(64, 2, 1);
  bad(3, 1) = std::nan("");
  EXPECT_THROW((void)estimate<double>(bad, {8, 8}), Error);
}

TEST(WaveletNoise, ABoundedNumberOfSignalsIsRead) {
  const Matrix<double> y = white<double>(100, 50, 2);
  const auto sample = sample_for_noise<double>(MatrixSignals<double>(y, {10, 10}), 1000);
  ASSERT_EQ(sample.signals.size(), 10U);
  EXPECT_EQ(sample.available, 50);
  EXPECT_EQ(sample.signals[9].entries, y.col(45));
}

}  // namespace
}  // namespace pellucid
