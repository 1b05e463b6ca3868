// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <complex>

#include "signals.hpp"

namespace pellucid {
namespace {

using Kind = Framing::Kind;
using testing::HasSubstr;
using Shape = std::vector<Index>;

Framing patches_of(const Shape& size, Index stride) { return {Kind::patches, size, stride}; }

Index entries(const Shape& shape) {
  Index product = 1;
  for (const Index length : shape) product *= length;
  return product;
}

struct Case {
  Shape shape, size;
  Index stride;
};

const std::vector<Case> cases{
    {{9}, {4}, 3},       {{12, 17}, {8, 8}, 1},   {{12, 17}, {8, 8}, 8},     {{11, 13}, {3, 5}, 2},
    {{8, 8}, {8, 8}, 3}, {{9, 10, 3}, {4, 4}, 3}, {{5, 6, 7}, {2, 3, 4}, 2}, {{7, 3, 2}, {3}, 2}};

template <class T>
class Patches : public testing::Test {};
using Types = testing::Types<float, double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(Patches, Types);

// Equal numbers, summed in double precision, have an exact mean: float signals come back bit for
// bit, double ones to rounding.
TYPED_TEST(Patches, UnchangedPatchesGiveTheSignalBack) {
  using T = TypeParam;
  for (const auto& [shape, size, stride] : cases) {
    const Vector<T> x = test::random_signal<T>(entries(shape));
    const auto framer = make_framer<T, T>(patches_of(size, stride), shape, x);
    EXPECT_EQ(framer->dim(), entries(patches_of(size, stride).vector_shape(shape)));
    const Vector<T> back = test::join(*framer, test::all_vectors(*framer));
    const double difference = (back - x).cwiseAbs().maxCoeff();
    const bool single = std::is_same_v<RealOf<T>, float>;
    EXPECT_LE(difference, single ? 0.0 : 1e-14) << testing::PrintToString(shape);
  }
}

TEST(Patches, LastOnesAreMovedToTheEnd) {
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(9, 0, 8);
  const auto framer = make_framer<double, double>(patches_of({4}, 3), {9}, x);
  Eigen::MatrixXd expected(4, 3);
  expected.transpose() << 0, 1, 2, 3, 3, 4, 5, 6, 5, 6, 7, 8;
  EXPECT_EQ(test::all_vectors(*framer), expected);
  EXPECT_EQ((make_framer<double, double>(patches_of({3}, 3), {9}, x)->count()), 3);
  EXPECT_EQ((make_framer<double, double>(patches_of({9}, 1), {9}, x)->count()), 1);
}

// A colour picture, entry by entry: estimates that overlap have equal weights.
TEST(Patches, OverlapsAreAveraged) {
  const Index h = 7, w = 9, p = 4, q = 3, stride = 2;
  const Eigen::VectorXd x = test::random_signal<double>(h * w * 3);
  const auto framer = make_framer<double, double>(patches_of({p, q}, stride), {h, w, 3}, x);
  const std::vector<Index> rows{0, 2, 3}, cols{0, 2, 4, 6};
  ASSERT_EQ(framer->count(), 12);
  ASSERT_EQ(framer->dim(), p * q * 3);
  const Eigen::MatrixXd vectors = test::all_vectors(*framer);
  const Eigen::MatrixXd z = test::white_noise<double>(p * q * 3, 12, 2);
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(x.size()), count = sum;
  for (Index v = 0; v < 12; ++v) {
    for (Index e = 0; e < p * q * 3; ++e) {
      const Index row = rows[v / 4] + e / (q * 3), col = cols[v % 4] + e / 3 % q;
      const Index at = (row * w + col) * 3 + e % 3;
      EXPECT_EQ(vectors(e, v), x[at]);
      sum[at] += z(e, v);
      count[at] += 1;
    }
  }
  const Eigen::VectorXd joined = test::join(*framer, z, 5);
  EXPECT_LE((joined - sum.cwiseQuotient(count)).cwiseAbs().maxCoeff(), 1e-15);
}

TEST(Patches, BlocksAgree) {
  const Eigen::VectorXf x = test::random_signal<float>(20 * 30);
  const auto framer = make_framer<float, float>(patches_of({8, 8}, 3), {20, 30}, x);
  const Eigen::MatrixXf all = test::all_vectors(*framer);
  Eigen::MatrixXf block(64, 9);
  framer->cut(13, block);
  EXPECT_EQ(block, all.middleCols(13, 9));
  const auto other = make_framer<float, float>(patches_of({8, 8}, 3), {20, 30}, x);
  const Eigen::MatrixXf z = test::white_noise<float>(64, all.cols(), 2);
  EXPECT_EQ(test::join(*framer, z, 4), test::join(*other, z, 999));
}

TEST(Patches, SignalsMustHoldOne) {
  const Eigen::VectorXd x = test::random_signal<double>(7 * 20);
  EXPECT_THAT(test::message_of([&] {
                return make_framer<double, double>(patches_of({8, 8}, 1), {7, 20}, x);
              }),
              HasSubstr("(7, 20): is smaller than a patch of 8 x 8"));
  EXPECT_THAT(test::message_of([&] {
                return make_framer<double, double>(patches_of({8, 8}, 1), {140}, x);
              }),
              HasSubstr("1 axes"));
}

}  // namespace
}  // namespace pellucid
