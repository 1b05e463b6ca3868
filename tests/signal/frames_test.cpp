// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "signals.hpp"

namespace pellucid {
namespace {

using Kind = Framing::Kind;
using testing::HasSubstr;

Framing frames_of(Index size, Index stride) { return {Kind::frames, {size}, stride}; }

template <class T>
class Frames : public testing::Test {};
using Types = testing::Types<float, double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(Frames, Types);

TYPED_TEST(Frames, UnchangedFramesGiveTheSignalBack) {
  using T = TypeParam;
  for (const auto& [size, stride] : std::vector<std::pair<Index, Index>>{
           {64, 64}, {64, 48}, {64, 32}, {64, 17}, {64, 1}, {7, 3}, {2, 1}, {2, 2}}) {
    for (const Index length : {1, 2, 3, 31, 63, 64, 65, 500, 1001}) {
      const Vector<T> x = test::random_signal<T>(length);
      const auto framer = make_framer<T, T>(frames_of(size, stride), {length}, x);
      const Vector<T> back = test::join(*framer, test::all_vectors(*framer));
      ASSERT_EQ(back.size(), length);
      EXPECT_LE((back - x).cwiseAbs().maxCoeff(), test::rounding<T>)
          << size << " every " << stride << ", length " << length;
    }
  }
}

TEST(Frames, EmptySignalsHaveNoFrames) {
  const Eigen::VectorXd x(0);
  const auto framer = make_framer<double, double>(frames_of(8, 4), {0}, x);
  EXPECT_EQ(framer->count(), 0);
  EXPECT_EQ(framer->finish().size(), 0);
}

TEST(Frames, EndsAreReflected) {
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(10, 0, 9);
  const auto framer = make_framer<double, double>(frames_of(4, 2), {10}, x);
  Eigen::MatrixXd expected(4, 6);
  expected.transpose() << 2, 1, 0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7, 8, 9, 8, 9, 8, 7;
  EXPECT_EQ(test::all_vectors(*framer), expected);
}

TEST(Frames, ShortSignalsAreReflectedAgainAndAgain) {
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(3, 0, 2);
  const auto framer = make_framer<double, double>(frames_of(8, 8), {3}, x);
  Eigen::MatrixXd expected(8, 1);
  expected << 0, 1, 2, 1, 0, 1, 2, 1;
  EXPECT_EQ(test::all_vectors(*framer), expected);
}

// Any block of frames is the same frames.
TEST(Frames, BlocksAgree) {
  const Eigen::VectorXd x = test::random_signal<double>(333);
  const auto framer = make_framer<double, double>(frames_of(16, 5), {333}, x);
  const Eigen::MatrixXd all = test::all_vectors(*framer);
  Eigen::MatrixXd block(16, 11);
  framer->cut(20, block);
  EXPECT_EQ(block, all.middleCols(20, 11));
  const Eigen::VectorXd joined = test::join(*framer, all, 7);
  const auto other = make_framer<double, double>(frames_of(16, 5), {333}, x);
  EXPECT_EQ(test::join(*other, all, 1000), joined);
}

// Overlap-add of arbitrary estimates, as docs/signals.md has it.
TEST(Frames, SynthesisIsTheWeightedMean) {
  const Index size = 12, stride = 5, length = 40;
  const Eigen::VectorXd x = test::random_signal<double>(length);
  const auto framer = make_framer<double, double>(frames_of(size, stride), {length}, x);
  const Eigen::MatrixXd z = test::white_noise<double>(size, framer->count(), 2);
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(length), weights = sum;
  for (Index j = 0; j < framer->count(); ++j) {
    for (Index i = 0; i < size; ++i) {
      const Index n = (j - (size - 1) / stride) * stride + i;
      if (n < 0 || n >= length) continue;
      const double w = std::pow(std::sin(std::numbers::pi * (double(i) + 0.5) / double(size)), 2);
      sum[n] += w * z(i, j);
      weights[n] += w;
    }
  }
  const Eigen::VectorXd joined = test::join(*framer, z);
  EXPECT_LE((joined - sum.cwiseQuotient(weights)).cwiseAbs().maxCoeff(), 1e-14);
}

TEST(Frames, EstimatesComeOnceAndInOrder) {
  const Eigen::VectorXd x = test::random_signal<double>(100);
  const auto framer = make_framer<double, double>(frames_of(10, 10), {100}, x);
  const Eigen::MatrixXd all = test::all_vectors(*framer);
  framer->add(0, all.leftCols(4), 0.0);
  EXPECT_THAT(test::message_of([&] { framer->add(5, all.leftCols(1), 0.0); }),
              HasSubstr("rising order"));
  EXPECT_THAT(test::message_of([&] { framer->add(0, all.leftCols(1), 0.0); }),
              HasSubstr("rising order"));
  EXPECT_THAT(test::message_of([&] { return framer->finish(); }), HasSubstr("4 of 10"));
  EXPECT_THAT(test::message_of([&] { framer->add(4, all.leftCols(7), 0.0); }),
              HasSubstr("10 vectors of 10"));
  Eigen::MatrixXd wrong(9, 1);
  EXPECT_THAT(test::message_of([&] { framer->cut(0, wrong); }), HasSubstr("9 x 1"));
}

TEST(MakeFramer, RefusesWhatDoesNotFit) {
  const Eigen::VectorXd x = test::random_signal<double>(100);
  const Eigen::VectorXcd z = x.cast<std::complex<double>>();
  const Framing stft{Kind::stft, {16}, 8};
  EXPECT_THAT(test::message_of([&] { return make_framer<double, double>({}, {100}, x); }),
              HasSubstr("is none"));
  EXPECT_THAT(test::message_of([&] { return make_framer<double, double>(stft, {100}, x); }),
              HasSubstr("stft gives complex"));
  EXPECT_THAT(test::message_of([&] {
                return make_framer<std::complex<double>, std::complex<double>>(stft, {100}, z);
              }),
              HasSubstr("stft takes real signals"));
  EXPECT_THAT(test::message_of([&] {
                return make_framer<double, std::complex<double>>(frames_of(16, 8), {100}, x);
              }),
              HasSubstr("complex ones are asked for"));
  EXPECT_THAT(
      test::message_of([&] { return make_framer<double, double>(frames_of(16, 8), {99}, x); }),
      HasSubstr("has 100 entries, its shape 99"));
  EXPECT_THAT(
      test::message_of([&] { return make_framer<double, double>(frames_of(16, 17), {100}, x); }),
      HasSubstr("framing.stride"));
}

}  // namespace
}  // namespace pellucid
