// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "pellucid/base/random.hpp"

namespace pellucid {
namespace {

TEST(RatioOfSums, IsExactWhereErrorsAreProportional) {
  const Eigen::VectorXd powers = Eigen::VectorXd::LinSpaced(50, 1, 9);
  const Ratio ratio = ratio_of_sums(0.25 * powers, powers);
  EXPECT_DOUBLE_EQ(ratio.value, 0.25);
  EXPECT_NEAR(ratio.stderr_, 0.0, 1e-15);
}

// The stated standard error against the spread of the ratio over 2000 repetitions of 100 samples;
// an estimate of a deviation from 2000 numbers is good to 1.6 %, the bound is four of that.
TEST(RatioOfSums, StandardErrorIsTheSpreadOverRepetitions) {
  const int repetitions = 2000, samples = 100;
  Eigen::ArrayXd values(repetitions), errors(repetitions);
  for (int r = 0; r < repetitions; ++r) {
    Eigen::MatrixXd z(2, samples);
    RandomStream(8, Purpose::probe).normal<double>(0, static_cast<std::uint32_t>(r), z);
    const Eigen::VectorXd powers = 1 + 0.3 * z.row(0).transpose().array();
    const Eigen::VectorXd error = powers.array() * (0.5 + 0.1 * z.row(1).transpose().array());
    const Ratio ratio = ratio_of_sums(error, powers);
    values(r) = ratio.value;
    errors(r) = ratio.stderr_;
  }
  const double spread = std::sqrt((values - values.mean()).square().mean());
  EXPECT_NEAR(errors.mean() / spread, 1.0, 0.065);
}

TEST(RatioOfSums, OneSampleHasNoStandardError) {
  EXPECT_TRUE(
      std::isnan(ratio_of_sums(Eigen::VectorXd::Ones(1), Eigen::VectorXd::Ones(1)).stderr_));
}

}  // namespace
}  // namespace pellucid
