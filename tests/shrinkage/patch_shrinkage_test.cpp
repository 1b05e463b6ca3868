// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/shrinkage/patch_shrinkage.hpp"

#include <gtest/gtest.h>

#include <numbers>

#include "pellucid/base/error.hpp"
#include "shrinkage/plain_patches.hpp"

namespace pellucid {
namespace {

template <class T>
PatchShrinkage<T> shrink(const Matrix<T>& array, const std::vector<Index>& shape,
                         const PatchOptions& options) {
  return shrink_patches<T>(array, shape, options);
}

// Against each window by Eigen's SVD, averaged; error relative to the largest entry.
template <class T>
void expect_plain(const std::vector<Index>& shape, PatchOptions options, double tolerance,
                  bool with_background = false) {
  Matrix<T> array = low_rank_array<T>(shape, 2, 0.3, 5);
  if (with_background) {
    for (Index v = 0; v < array.cols(); ++v) {
      if (v % 3 == 0 || v < array.cols() / 4) array.col(v).setZero();
    }
  }
  const PatchShrinkage<T> result = shrink<T>(array, shape, options);
  const PlainPatches plain =
      plain_patches(array.template cast<std::complex<double>>(), shape, options);
  const auto difference = result.denoised.template cast<std::complex<double>>() - plain.denoised;
  EXPECT_LT(difference.cwiseAbs().maxCoeff() / plain.denoised.cwiseAbs().maxCoeff(), tolerance);
  EXPECT_LT((result.rank - plain.rank).cwiseAbs().maxCoeff(), 1e-9);
  EXPECT_LT((result.noise_std - plain.noise_std).cwiseAbs().maxCoeff(), 1e-9);
  // A mean of squares |e|^2 changes by 2 |e| |de| at most, de the difference of the estimates.
  const Eigen::MatrixXd change =
      (array.template cast<std::complex<double>>() - plain.denoised).cwiseAbs();
  const Eigen::VectorXd removed = change.cwiseAbs2().colwise().mean();
  const double bound = 2 * change.maxCoeff() * difference.cwiseAbs().maxCoeff() + 1e-14;
  EXPECT_LT((result.removed - removed).cwiseAbs().maxCoeff(), bound);
}

// Squares of singular values lose half the digits of what is far below the largest: 1e-10 holds for
// double precision here; single precision keeps its own rounding.
TEST(PatchShrinkage, EqualsPlainDefinition) {
  for (const PatchWeights weights : {PatchWeights::uniform, PatchWeights::by_rank}) {
    PatchOptions options{.patch = {3, 2, 3}, .noise_std = {0.3}, .weights = weights};
    expect_plain<double>({5, 6, 11, 7}, options, 1e-10);   // looks fewer than voxels
    expect_plain<double>({5, 6, 11, 25}, options, 1e-10);  // more
    expect_plain<float>({5, 6, 11, 7}, options, 2e-6);
    expect_plain<float>({5, 6, 11, 25}, options, 2e-6);
    expect_plain<std::complex<double>>({5, 3, 4, 7}, options, 1e-10);
    expect_plain<std::complex<float>>({5, 3, 4, 25}, options, 2e-6);
  }
}

TEST(PatchShrinkage, EstimatesNoiseOfEveryWindow) {
  PatchOptions options{.patch = {3, 4}};
  expect_plain<double>({9, 70, 8}, options, 1e-10);  // rows of windows longer than a chunk
  expect_plain<double>({5, 9, 30}, options, 1e-10);
  expect_plain<std::complex<double>>({5, 6, 8}, options, 1e-10);
  options.patch = {20};
  expect_plain<double>({110, 6}, options, 1e-10);
}

TEST(PatchShrinkage, EveryRule) {
  for (const ShrinkageRule rule : {ShrinkageRule::operator_norm, ShrinkageRule::nuclear,
                                   ShrinkageRule::hard, ShrinkageRule::marchenko_pastur}) {
    expect_plain<double>({6, 9, 10}, {.patch = {4, 4}, .rule = rule, .noise_std = {0.3}}, 1e-10);
  }
}

TEST(PatchShrinkage, BackgroundDoesNotCount) {
  expect_plain<double>({6, 7, 6, 9}, {.patch = {3, 3, 3}, .noise_std = {0.3}}, 1e-10, true);
  expect_plain<double>({6, 7, 6, 9}, {.patch = {3, 3, 3}}, 1e-10, true);
}

TEST(PatchShrinkage, NoiseMapIsMeanSquareOfWindow) {
  const std::vector<Index> shape{7, 8, 12};
  PatchOptions options{.patch = {4, 4}};
  for (Index v = 0; v < 56; ++v) options.noise_std.push_back(0.2 + 0.005 * static_cast<double>(v));
  expect_plain<double>(shape, options, 1e-10);
  expect_plain<std::complex<double>>(shape, options, 1e-10);
  // The same number everywhere is one number.
  const Matrix<double> array = low_rank_array<double>(shape, 2, 0.3, 5);
  options.noise_std.assign(56, 0.3);
  const auto map = shrink(array, shape, options);
  options.noise_std = {0.3};
  EXPECT_LT((map.denoised - shrink(array, shape, options).denoised).norm(), 1e-10);
}

// Sides beyond what the kernels take go to LAPACK.
TEST(PatchShrinkage, LargeWindows) {
  expect_plain<double>({15, 15, 200}, {.patch = {14, 15}, .noise_std = {0.3}}, 1e-10);
}

TEST(PatchShrinkage, WindowOfTheWholeArrayOrOneVoxel) {
  expect_plain<double>({4, 5, 9}, {.patch = {4, 5}, .noise_std = {0.3}}, 1e-10);
  expect_plain<double>({4, 5, 9}, {.patch = {1, 1}, .noise_std = {0.3}}, 1e-10);
  expect_plain<double>({9, 8, 1}, {.patch = {3, 3}, .noise_std = {0.3}}, 1e-10);  // one look
  expect_plain<std::complex<double>>({4, 5, 9}, {.patch = {1, 1}, .noise_std = {0.3}}, 1e-10);
}

TEST(PatchShrinkage, WithoutNoiseNothingChanges) {
  const std::vector<Index> shape{6, 7, 10};
  const Matrix<double> array = low_rank_array<double>(shape, 2, 0.0, 5);
  for (const std::vector<double>& noise_std : {std::vector<double>{}, std::vector<double>{0.0}}) {
    const auto result = shrink(array, shape, {.patch = {4, 4}, .noise_std = noise_std});
    EXPECT_LT((result.denoised - array).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_EQ(result.noise_std.maxCoeff(), 0.0);
    EXPECT_NEAR(result.rank.mean(), 2.0, 1e-12);
  }
  // Constant in space and over the looks, and zero everywhere.
  const Matrix<double> constant = Matrix<double>::Constant(10, 42, 3.0);
  const auto same = shrink(constant, shape, {.patch = {4, 4}});
  EXPECT_LT((same.denoised - constant).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_NEAR(same.rank.mean(), 1.0, 1e-12);
  const auto zero = shrink<double>(Matrix<double>::Zero(10, 42), shape, {.patch = {4, 4}});
  EXPECT_EQ(zero.denoised.cwiseAbs().maxCoeff(), 0.0);
  EXPECT_EQ(zero.rank.maxCoeff() + zero.noise_std.maxCoeff() + zero.removed.maxCoeff(), 0.0);
}

TEST(PatchShrinkage, ScalesWithTheData) {
  const std::vector<Index> shape{8, 9, 20};
  const Matrix<double> array = low_rank_array<double>(shape, 2, 0.3, 5);
  const auto one = shrink(array, shape, {.patch = {5, 5}});
  const auto seven = shrink<double>(7 * array, shape, {.patch = {5, 5}});
  EXPECT_LT((seven.denoised - 7 * one.denoised).cwiseAbs().maxCoeff(), 1e-11);
  EXPECT_LT((seven.noise_std - 7 * one.noise_std).cwiseAbs().maxCoeff(), 1e-11);
  EXPECT_LT((seven.removed - 49 * one.removed).cwiseAbs().maxCoeff(), 1e-11);
  EXPECT_EQ(seven.rank, one.rank);
}

// Squares of entries beyond the range of single precision: by powers of two the same digits.
TEST(PatchShrinkage, LargeAndSmallEntriesKeepTheirDigits) {
  const std::vector<Index> shape{8, 9, 20};
  const Matrix<float> array = low_rank_array<float>(shape, 2, 0.3, 5);
  for (const PatchOptions& options :
       {PatchOptions{.patch = {5, 5}}, PatchOptions{.patch = {5, 5}, .noise_std = {0.3}}}) {
    const auto one = shrink(array, shape, options);
    for (const int power : {120, -90}) {
      const auto scale = static_cast<float>(std::ldexp(1.0, power));
      PatchOptions scaled = options;
      for (double& noise_std : scaled.noise_std) noise_std *= scale;
      const auto other = shrink<float>(scale * array, shape, scaled);
      EXPECT_EQ(other.denoised / scale, one.denoised);
      EXPECT_EQ(other.noise_std / double{scale}, one.noise_std);
      EXPECT_EQ(other.removed / (double{scale} * scale), one.removed);
      EXPECT_EQ(other.rank, one.rank);
    }
  }
}

TEST(PatchShrinkage, RefusesEntriesThatAreNotFinite) {
  for (const double entry : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    Matrix<double> array = low_rank_array<double>({6, 7, 10}, 2, 0.3, 5);
    array(3, 11) = entry;
    EXPECT_THROW((void)shrink(array, {6, 7, 10}, {.patch = {4, 4}}), Error);
  }
}

TEST(PatchShrinkage, SameForAnyThreads) {
  const std::vector<Index> shape{9, 10, 40, 12};
  const Matrix<float> array = low_rank_array<float>(shape, 3, 0.2, 6);
  const Matrix<std::complex<float>> complex =
      low_rank_array<std::complex<float>>({6, 7, 8, 9}, 3, 0.2, 6);
  const PatchOptions one{.patch = {3, 3, 3}, .threads = 1}, five{.patch = {3, 3, 3}, .threads = 5};
  EXPECT_EQ(shrink(array, shape, one).denoised, shrink(array, shape, five).denoised);
  EXPECT_EQ(shrink(complex, {6, 7, 8, 9}, one).denoised,
            shrink(complex, {6, 7, 8, 9}, five).denoised);
}

// 343 windows of rank 2 next to one another: the level is found within 1 %, and what is left of the
// error is well below a window's degrees of freedom, (M + n) r / (M n) = 10 %.
TEST(PatchShrinkage, FindsNoiseAndRemovesIt) {
  const std::vector<Index> shape{11, 11, 11, 30};
  const Matrix<double> clean = low_rank_array<double>(shape, 2, 0.0, 7);
  const Matrix<double> noisy = low_rank_array<double>(shape, 2, 0.5, 7);
  const auto result = shrink(noisy, shape, {.patch = {5, 5, 5}});
  EXPECT_NEAR(result.noise_std.mean() / 0.5, 1.0, 0.01);
  EXPECT_LT((result.denoised - clean).squaredNorm() / (noisy - clean).squaredNorm(), 0.10);
  EXPECT_NEAR(result.removed.mean() / 0.25, 1.0, 0.15);
}

TEST(PatchShrinkage, RefusesWhatDoesNotFit) {
  const std::vector<Index> shape{6, 7, 10};
  const Matrix<double> array = low_rank_array<double>(shape, 2, 0.3, 5);
  const auto refused = [&](const std::vector<Index>& whole, const PatchOptions& options) {
    EXPECT_THROW((void)shrink(array, whole, options), Error);
  };
  refused(shape, {.patch = {7, 4}});
  refused(shape, {.patch = {0, 4}});
  refused(shape, {.patch = {4}});
  refused({42}, {.patch = {}});
  refused({6, 6, 10}, {.patch = {4, 4}});
  refused({6, 7, 9}, {.patch = {4, 4}});
  refused(shape, {.patch = {1, 3}});  // noise of three voxels
  refused(shape, {.patch = {4, 4}, .noise_std = {-1.0}});
  refused(shape, {.patch = {4, 4}, .noise_std = {std::numeric_limits<double>::infinity()}});
  refused(shape, {.patch = {4, 4}, .noise_std = {1.0, 2.0}});
}

}  // namespace
}  // namespace pellucid
