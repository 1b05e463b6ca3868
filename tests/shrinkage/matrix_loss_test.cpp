// SPDX-License-Identifier: BSD-3-Clause
// What shrinkage loses on noisy matrices, beside the theory's limits.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "pellucid/shrinkage/matrix_shrinkage.hpp"
#include "shrinkage/low_rank.hpp"

namespace pellucid {
namespace {

constexpr Index rows = 200, cols = 400;
constexpr double noise_std = 0.5;

// Clean singular values, in units of noise_std sqrt(cols).
const std::vector<double> units = {4.0, 2.5, 1.3};

Eigen::VectorXd clean_values() {
  return noise_std * std::sqrt(static_cast<double>(cols)) *
         Eigen::Map<const Eigen::VectorXd>(units.data(), static_cast<Index>(units.size()));
}

double predicted(ShrinkageRule rule) {
  const Eigen::VectorXd clean = clean_values();
  return SingularValueShrinkage(rule, rows, cols, noise_std)
      .predicted_loss(MatrixLoss::squared_frobenius, {clean.begin(), clean.end()});
}

// Mean squared errors over draws, the noise's level given and estimated.
struct Losses {
  double frobenius = 0.0, estimated = 0.0, nuclear = 0.0, hard = 0.0, truncation = 0.0;
};

template <class T>
Losses measured(int draws) {
  Losses sum;
  for (int draw = 0; draw < draws; ++draw) {
    const auto seed = static_cast<std::uint64_t>(100 + draw);
    const Matrix<T> x = low_rank<T>(rows, cols, clean_values(), seed);
    const Matrix<T> y = x + T(noise_std) * unit_noise<T>(rows, cols, seed + 5000, 0);
    const auto loss = [&](ShrinkageRule rule, bool known) {
      MatrixShrinkageOptions options;
      options.rule = rule;
      if (known) options.noise_std = noise_std;
      return (shrink_matrix<T>(y, options).matrix - x).squaredNorm() / draws;
    };
    sum.frobenius += loss(ShrinkageRule::frobenius, true);
    sum.estimated += loss(ShrinkageRule::frobenius, false);
    sum.nuclear += loss(ShrinkageRule::nuclear, true);
    sum.hard += loss(ShrinkageRule::hard, true);
    sum.truncation += loss(ShrinkageRule::marchenko_pastur, true);
  }
  return sum;
}

// One draw's loss varies by 5 % (real), the mean of 40 by 0.7 %; 3 % is what theory must hold.
template <class T>
void check_against_theory() {
  const Losses losses = measured<T>(40);
  EXPECT_NEAR(losses.frobenius / predicted(ShrinkageRule::frobenius), 1.0, 0.03);
  EXPECT_NEAR(losses.estimated / predicted(ShrinkageRule::frobenius), 1.0, 0.03);
  EXPECT_NEAR(losses.nuclear / predicted(ShrinkageRule::nuclear), 1.0, 0.03);
  EXPECT_NEAR(losses.hard / predicted(ShrinkageRule::hard), 1.0, 0.03);
  EXPECT_LT(losses.frobenius, 0.9 * losses.truncation);
  EXPECT_LT(losses.frobenius, losses.hard);
  EXPECT_LT(losses.frobenius, losses.nuclear);
}

TEST(MatrixLoss, FrobeniusShrinkageMatchesItsPredictionAndBeatsTruncation) {
  check_against_theory<double>();
}

TEST(MatrixLoss, ComplexTheSame) { check_against_theory<std::complex<double>>(); }

}  // namespace
}  // namespace pellucid
