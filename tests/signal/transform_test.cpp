// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/signal/transform.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "pellucid/base/parallel.hpp"
#include "signals.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;
using Shape = std::vector<Index>;
using testing::HasSubstr;

// The definitions, one row a frequency.
Eigen::MatrixXcd dft_matrix(Index n) {
  Eigen::MatrixXcd f(n, n);
  for (Index k = 0; k < n; ++k) {
    for (Index i = 0; i < n; ++i) {
      f(k, i) = std::polar(1 / std::sqrt(double(n)),
                           -2 * std::numbers::pi * double(k * i % n) / double(n));
    }
  }
  return f;
}

Eigen::MatrixXcd dct_matrix(Index n) {
  Eigen::MatrixXcd f(n, n);
  for (Index k = 0; k < n; ++k) {
    for (Index i = 0; i < n; ++i) {
      f(k, i) = std::sqrt((k == 0 ? 1.0 : 2.0) / double(n)) *
                std::cos(std::numbers::pi * (double(i) + 0.5) * double(k) / double(n));
    }
  }
  return f;
}

Eigen::MatrixXcd kronecker(const Eigen::MatrixXcd& a, const Eigen::MatrixXcd& b) {
  Eigen::MatrixXcd c(a.rows() * b.rows(), a.cols() * b.cols());
  for (Index i = 0; i < a.rows(); ++i) {
    for (Index j = 0; j < a.cols(); ++j) {
      c.block(i * b.rows(), j * b.cols(), b.rows(), b.cols()) = a(i, j) * b;
    }
  }
  return c;
}

// The whole transform of samples in C order.
Eigen::MatrixXcd matrix(Transform transform, const Shape& shape) {
  Eigen::MatrixXcd all = Eigen::MatrixXcd::Identity(1, 1);
  for (std::size_t a = 0; a < shape.size(); ++a) {
    const Index n = shape[a];
    const bool colour = shape.size() == 3 && a == 2 && n == 3;
    all = kronecker(all, colour                        ? Eigen::MatrixXcd::Identity(n, n)
                         : transform == Transform::dft ? dft_matrix(n)
                                                       : dct_matrix(n));
  }
  return all;
}

const std::vector<Shape> shapes{{},        {1},       {2},         {12},   {17},
                                {1, 6},    {5, 7},    {8, 8},      {4, 3}, {3, 4, 3},
                                {4, 5, 3}, {3, 4, 5}, {2, 3, 2, 3}};

template <class T>
class SampleTransforms : public testing::Test {
 protected:
  static std::vector<Transform> transforms() {
    if (is_complex<T>) return {Transform::dft, Transform::dct};
    return {Transform::dct};
  }
  // 1e-12 in double precision: sums of fewer than 100 terms.
  static constexpr double tolerance = std::is_same_v<RealOf<T>, float> ? 3e-6 : 1e-12;
};

using Types = testing::Types<float, double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(SampleTransforms, Types);

TYPED_TEST(SampleTransforms, AgreeWithTheDefinition) {
  using T = TypeParam;
  for (const Transform transform : this->transforms()) {
    for (const Shape& shape : shapes) {
      const Eigen::MatrixXcd f = matrix(transform, shape);
      const Matrix<T> x = test::white_noise<T>(f.cols(), 3);
      Matrix<T> z = x;
      const SampleTransform<T> ready(transform, shape);
      ready.forward(z);
      const Eigen::MatrixXcd expected = f * x.template cast<Complex>();
      EXPECT_LE((z.template cast<Complex>() - expected).cwiseAbs().maxCoeff(), this->tolerance)
          << name(transform) << " of " << testing::PrintToString(shape);
      EXPECT_NEAR(double(z.squaredNorm()), double(x.squaredNorm()),
                  this->tolerance * double(x.squaredNorm()));
      ready.inverse(z);
      EXPECT_LE((z - x).cwiseAbs().maxCoeff(), this->tolerance)
          << name(transform) << " of " << testing::PrintToString(shape);
    }
  }
}

// Columns of odd length begin at every alignment; whoever asks, the bits are the same.
TYPED_TEST(SampleTransforms, DoNotDependOnBatchAlignmentOrThread) {
  using T = TypeParam;
  for (const Transform transform : this->transforms()) {
    const SampleTransform<T> ready(transform, {9, 7});
    const Matrix<T> x = test::white_noise<T>(63, 24);
    Matrix<T> batch = x;
    ready.forward(batch);
    Matrix<T> apart = x;
    parallel_for(24, 4, [&](Index j, int) {
      SampleTransform<T>(transform, {9, 7}).forward(apart.middleCols(j, 1));
    });
    EXPECT_EQ(batch, apart);
    Matrix<T> single(63, 1);
    for (Index j = 0; j < 24; ++j) {
      single = x.col(j);
      ready.forward(single);
      EXPECT_EQ(batch.col(j), single.col(0));
    }
  }
}

TEST(SampleTransform, NoneLeavesSamplesAlone) {
  const Eigen::MatrixXd x = test::white_noise<double>(5, 2);
  Eigen::MatrixXd z = x;
  const SampleTransform<double> none(Transform::none, {5});
  none.forward(z);
  none.inverse(z);
  EXPECT_EQ(z, x);
}

TEST(SampleTransform, RefusesWhatItCannotDo) {
  EXPECT_THAT(test::message_of([] { SampleTransform<float>(Transform::dft, {4}); }),
              HasSubstr("real: choose dct"));
  EXPECT_THAT(test::message_of([] {
                SampleTransform<double>(Transform::dct, {4, 0});
              }),
              HasSubstr("(4, 0)"));
  EXPECT_THAT(test::message_of([] {
                SampleTransform<double>(Transform::dct, {Index{1} << 40, Index{1} << 40});
              }),
              HasSubstr("transform: samples of"));
  EXPECT_THAT(test::message_of([] {
                Eigen::MatrixXd x(5, 1);
                SampleTransform<double>(Transform::dct, {4}).forward(x);
              }),
              HasSubstr("5 entries, their shape 4"));
}

TEST(Transform, NamesAreReadBack) {
  for (const Transform t : {Transform::none, Transform::dft, Transform::dct}) {
    EXPECT_EQ(parse_transform(name(t)), t);
  }
  EXPECT_THAT(test::message_of([] { return parse_transform("fft"); }),
              HasSubstr("'fft': choose one of none, dft, dct"));
}

}  // namespace
}  // namespace pellucid
