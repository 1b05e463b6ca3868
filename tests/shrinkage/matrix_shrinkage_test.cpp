// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/shrinkage/matrix_shrinkage.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "pellucid/base/error.hpp"
#include "shrinkage/low_rank.hpp"

namespace pellucid {
namespace {

template <class T>
class MatrixShrinkage : public testing::Test {
 public:
  static constexpr double rounding = std::is_same_v<RealOf<T>, float> ? 1e-6 : 1e-12;
};
using Types = testing::Types<float, double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(MatrixShrinkage, Types);

constexpr ShrinkageRule all_rules[] = {ShrinkageRule::frobenius, ShrinkageRule::operator_norm,
                                       ShrinkageRule::leeb,      ShrinkageRule::nuclear,
                                       ShrinkageRule::hard,      ShrinkageRule::marchenko_pastur};

MatrixShrinkageOptions with_noise(double noise_std, ShrinkageRule rule = ShrinkageRule::frobenius) {
  MatrixShrinkageOptions options;
  options.rule = rule;
  options.noise_std = noise_std;
  return options;
}

TYPED_TEST(MatrixShrinkage, AppliesTheRuleToEverySingularValue) {
  using W = Wide<TypeParam>;
  const Eigen::VectorXd values{{20.0, 9.0, 6.0, 3.0, 0.5, 0.0}};
  for (const auto& [rows, cols] : {std::pair<Index, Index>{6, 40}, {40, 6}, {150, 140}, {12, 12}}) {
    const Matrix<W> left = orthonormal<W>(rows, 6, 1), right = orthonormal<W>(cols, 6, 2);
    const Matrix<W> y = left * values.cast<W>().asDiagonal() * right.adjoint();
    for (const ShrinkageRule which : all_rules) {
      const double noise_std = 4.0 / std::sqrt(static_cast<double>(std::max(rows, cols)));
      const SingularValueShrinkage rule(which, static_cast<double>(rows), static_cast<double>(cols),
                                        noise_std);
      const Eigen::VectorXd shrunk = values.unaryExpr(rule);
      const Matrix<W> expected = left * shrunk.cast<W>().asDiagonal() * right.adjoint();
      const auto estimate =
          shrink_matrix<TypeParam>(y.template cast<TypeParam>(), with_noise(noise_std, which));
      EXPECT_LT((estimate.matrix.template cast<W>() - expected).norm(), 20 * this->rounding);
      EXPECT_EQ(estimate.rank, (shrunk.array() > 0).count());
      EXPECT_LT((estimate.singular_values.head(5) - values.head(5)).norm(), 20 * this->rounding);
      EXPECT_LT((estimate.shrunk.head(6) - shrunk).norm(), 20 * this->rounding);
      const double removed = (values - shrunk).squaredNorm();
      EXPECT_NEAR(estimate.variance_removed, removed / static_cast<double>(rows * cols),
                  this->rounding * 10);
      EXPECT_NEAR(estimate.fraction_removed, removed / values.squaredNorm(), this->rounding);
    }
  }
}

TYPED_TEST(MatrixShrinkage, CentringTakesTheMeanOffAndOneSample) {
  using W = Wide<TypeParam>;
  const Eigen::VectorXd values{{20.0, 9.0, 5.0, 1.0}};
  constexpr Index dim = 6, samples = 10;
  const Matrix<W> left = orthonormal<W>(dim, 4, 1), right = orthonormal<W>(samples, 4, 2, true);
  const Vector<W> mean = 30 * unit_noise<W>(dim, 1, 3, 0);
  const SingularValueShrinkage rule(ShrinkageRule::frobenius, dim, samples - 1, 1.2);
  const Eigen::VectorXd shrunk = values.unaryExpr(rule);
  const auto with_values = [&](const Eigen::VectorXd& s) {
    return (left * s.cast<W>().asDiagonal() * right.adjoint() + mean.replicate(1, samples)).eval();
  };
  MatrixShrinkageOptions options = with_noise(1.2);
  options.centre = true;
  const Matrix<TypeParam> y = with_values(values).template cast<TypeParam>();
  const auto estimate = shrink_matrix<TypeParam>(y, options);
  EXPECT_LT((estimate.matrix.template cast<W>() - with_values(shrunk)).norm(),
            100 * this->rounding);
  EXPECT_EQ(estimate.rank, 2);  // the third lies below the edge, 6.5

  options.samples = SampleSide::rows;  // the same matrix lying down
  const auto turned = shrink_matrix<TypeParam>(y.transpose().eval(), options);
  EXPECT_LT((turned.matrix.transpose() - estimate.matrix).norm(), 200 * this->rounding);
  EXPECT_NEAR(turned.variance_removed, estimate.variance_removed, 10 * this->rounding);
}

TYPED_TEST(MatrixShrinkage, ScalesWithTheData) {
  using W = Wide<TypeParam>;
  const Matrix<TypeParam> y =
      low_rank<W>(30, 80, Eigen::VectorXd{{40.0, 20.0}}, 4).template cast<TypeParam>() +
      unit_noise<TypeParam>(30, 80, 5, 0);
  const auto once = shrink_matrix<TypeParam>(y, {});
  for (const double factor : {7.0, 1e-30, 1e25}) {
    const auto scaled =
        shrink_matrix<TypeParam>((y * TypeParam(RealOf<TypeParam>(factor))).eval(), {});
    const Matrix<TypeParam> back = scaled.matrix / RealOf<TypeParam>(factor);
    EXPECT_LT((back - once.matrix).norm() / once.matrix.norm(), 10 * this->rounding) << factor;
    EXPECT_NEAR(scaled.noise_std / factor, once.noise_std, 10 * this->rounding);
    EXPECT_NEAR(scaled.variance_removed / factor / factor, once.variance_removed,
                20 * this->rounding);
    EXPECT_NEAR(scaled.estimated_noise->interval[1] / factor, once.estimated_noise->interval[1],
                20 * this->rounding);
    EXPECT_EQ(scaled.rank, once.rank);
  }
}

// Far below the largest singular value the Gram matrix knows nothing of the others.
TEST(MatrixShrinkageAccuracy, SmallSingularValuesKeepTheirDigits) {
  const Eigen::VectorXd values{{1e6, 1e-4, 1e-5}};
  const Matrix<double> y = low_rank<double>(30, 50, values, 6);
  const auto estimate = shrink_matrix<double>(y, with_noise(1e-7, ShrinkageRule::operator_norm));
  EXPECT_EQ(estimate.rank, 3);
  // The entries themselves are only good to 1e-16 of the largest value, 1e6.
  EXPECT_NEAR(estimate.singular_values[1], 1e-4, 1e-8);
  EXPECT_NEAR(estimate.singular_values[2], 1e-5, 1e-8);
  EXPECT_LT((estimate.matrix - y).norm(), 1e-6);
}

TEST(MatrixShrinkageAccuracy, SameForAnyNumberOfThreads) {
  const Matrix<float> y = unit_noise<float>(300, 700, 7, 0) +
                          low_rank<double>(300, 700, Eigen::VectorXd{{90.0}}, 8).cast<float>();
  MatrixShrinkageOptions one, four;
  one.threads = 1;
  four.threads = 4;
  EXPECT_EQ(shrink_matrix<float>(y, one).matrix, shrink_matrix<float>(y, four).matrix);
}

TYPED_TEST(MatrixShrinkage, ZerosConstantsAndExactLowRankStayWhatTheyAre) {
  using M = Matrix<TypeParam>;
  const auto zero = shrink_matrix<TypeParam>(M::Zero(5, 9), {});
  EXPECT_EQ(zero.matrix, M::Zero(5, 9).eval());
  EXPECT_EQ(zero.rank, 0);
  EXPECT_EQ(zero.fraction_removed, 0.0);
  const auto constant = shrink_matrix<TypeParam>(M::Constant(5, 9, TypeParam(3)), {});
  EXPECT_EQ(constant.matrix, M::Constant(5, 9, TypeParam(3)).eval());
  EXPECT_EQ(constant.rank, 1);
  EXPECT_EQ(constant.noise_std, 0.0);
  MatrixShrinkageOptions centred;
  centred.centre = true;
  const M columns = unit_noise<TypeParam>(6, 1, 10, 0).replicate(1, 10);
  const auto no_change = shrink_matrix<TypeParam>(columns, centred);
  EXPECT_EQ(no_change.rank, 0);
  EXPECT_EQ(no_change.matrix, columns);
}

TYPED_TEST(MatrixShrinkage, PureNoiseLosesAllAndTheMeanStays) {
  const Matrix<TypeParam> noise = unit_noise<TypeParam>(40, 200, 9, 0);
  const auto estimate = shrink_matrix<TypeParam>(noise, with_noise(1.1));
  EXPECT_EQ(estimate.rank, 0);
  EXPECT_EQ(estimate.matrix, Matrix<TypeParam>::Zero(40, 200).eval());
  EXPECT_DOUBLE_EQ(estimate.fraction_removed, 1.0);
}

TEST(MatrixShrinkageEdges, OneVectorAndOneEntryWithNoiseGiven) {
  const Matrix<double> row = Matrix<double>::Constant(1, 100, 3.0);
  for (const bool turned : {false, true}) {
    Matrix<double> y = row;
    if (turned) y.transposeInPlace();
    const auto estimate = shrink_matrix<double>(y, with_noise(1.0));
    EXPECT_EQ(estimate.rank, 1);
    const SingularValueShrinkage rule(ShrinkageRule::frobenius, 1, 100, 1.0);
    EXPECT_NEAR(estimate.matrix(0, 0), 3.0 * rule(30.0) / 30.0, 1e-12);
    EXPECT_THROW((void)shrink_matrix<double>(y, {}), Error);
  }
  EXPECT_EQ(shrink_matrix<double>(Matrix<double>::Ones(1, 1), with_noise(1.0)).rank, 0);
}

TEST(MatrixShrinkageEdges, NonsenseIsRefused) {
  Matrix<double> y = Matrix<double>::Ones(4, 5);
  EXPECT_THROW((void)shrink_matrix<double>(y, with_noise(-1.0)), Error);
  EXPECT_THROW((void)shrink_matrix<double>(Matrix<double>(0, 5), with_noise(1.0)), Error);
  MatrixShrinkageOptions centred = with_noise(1.0);
  centred.centre = true;
  EXPECT_THROW((void)shrink_matrix<double>(Matrix<double>::Ones(5, 1), centred), Error);
  EXPECT_EQ(shrink_matrix<double>(Matrix<double>::Ones(1, 5), centred).rank, 0);
  y(2, 3) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW((void)shrink_matrix<double>(y, with_noise(1.0)), Error);
}

// Noise in half of the variables alone: it is found, and no constant counts as a component.
TYPED_TEST(MatrixShrinkage, ConstantVariablesCarryNoNoise) {
  using T = TypeParam;
  Matrix<T> noisy = unit_noise<T>(40, 200, 5, 0);
  noisy.topRows(20).setConstant(T(3));
  MatrixShrinkageOptions options;
  options.centre = true;
  const MatrixEstimate<T> estimate = shrink_matrix<T>(noisy, options);
  EXPECT_NEAR(estimate.noise_std, 1.0, 0.06);  // chance: at most 0.7071 / sqrt(20 x 199) = 1.1 %
  EXPECT_EQ(estimate.rank, 0);
  options.samples = SampleSide::rows;
  const Matrix<T> transposed = noisy.transpose();
  EXPECT_NEAR(shrink_matrix<T>(transposed, options).noise_std, estimate.noise_std, 1e-4);
}

}  // namespace
}  // namespace pellucid
