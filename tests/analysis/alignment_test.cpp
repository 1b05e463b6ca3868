// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/alignment.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"

namespace pellucid {
namespace {

std::vector<double> log_levels(double low, double high, int count) {
  std::vector<double> levels;
  for (int i = 0; i < count; ++i) levels.push_back(low * std::pow(high / low, i / (count - 1.0)));
  return levels;
}

const std::vector<double> octaves{64, 32, 16, 8, 4, 2, 1, 0.5};

template <class T>
Alignment align(const SpikedSignals& model, const AlignmentOptions& options,
                Fresh fresh = Fresh::all, std::uint64_t seed = 1) {
  return measure_alignment(TrainingSignals<T>(model, fresh, seed), options);
}

// The bound. Most of the difference is the mixing between spikes, about 0.0105 for octaves
// and 512 samples; signals drawn anew at every level average its fluctuations.
TEST(Alignment, FollowsTheSpikedModel) {
  const Alignment found = align<double>({octaves, 256, 512}, {log_levels(0.05, 10, 21), 10});
  std::cout << "mean |measured - theory| " << found.mean_difference << ", with mixing "
            << found.mean_difference_mixing << "\n";
  EXPECT_LT(found.mean_difference, 0.015);
  EXPECT_LT(found.mean_difference_mixing, found.mean_difference);
  ASSERT_EQ(found.rows.size(), 8U * 21U);
  EXPECT_EQ(found.rows[9].component, 2);
  EXPECT_DOUBLE_EQ(found.rows[9].noise_std, found.noise_std[1]);
}

// Wide and tall, real and complex, about the mean: three spikes far apart, so that with 6
// repetitions only fluctuations and the corner at the threshold remain, 0.009 to 0.021 measured. A
// gamma twice the true one would be 0.043 off or more.
TEST(Alignment, HoldsForEveryShapeAndField) {
  const AlignmentOptions options{log_levels(0.5, 8, 5), 6};
  for (const Index samples : {512, 128, 32}) {  // gamma = 0.25, 1, 4
    for (const bool centre : {false, true}) {
      SpikedSignals model{{200, 30, 4}, 128, samples};
      model.centre = centre;
      constexpr double bound = 0.028;
      const Alignment real = align<double>(model, options);
      const Alignment complex = align<std::complex<double>>(model, options);
      EXPECT_LT(real.mean_difference_mixing, bound) << samples << centre;
      EXPECT_LT(complex.mean_difference_mixing, bound) << samples << centre;
      EXPECT_DOUBLE_EQ(real.gamma, 128.0 / static_cast<double>(samples - (centre ? 1 : 0)));
      EXPECT_TRUE(complex.complex_data);
    }
  }
}

// Means over 20 repetitions, each component within 4 standard errors of their difference.
TEST(Alignment, RandomBasisHasTheSameDistributionAsTheCanonicalOne) {
  SpikedSignals model{{9, 3}, 40, 80};
  const AlignmentOptions options{{1.0}, 20};
  const Alignment canonical = align<double>(model, options, Fresh::noise, 1);
  model.basis = SpikedSignals::Basis::random;
  const Alignment random = align<double>(model, options, Fresh::noise, 2);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_LT(std::abs(random.rows[i].cos2 - canonical.rows[i].cos2),
              4 * std::hypot(random.rows[i].cos2_stderr, canonical.rows[i].cos2_stderr));
  }
}

TEST(Alignment, DataScaledBySevenHaveTheSameCosinesAndEigenvaluesTimes49) {
  const Alignment one = align<double>({{9, 3}, 20, 50}, {{0.5, 1.0}, 2});
  const Alignment seven = align<double>({{441, 147}, 20, 50}, {{3.5, 7.0}, 2});
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    EXPECT_NEAR(seven.rows[i].cos2, one.rows[i].cos2, 1e-12);
    EXPECT_NEAR(seven.rows[i].cos2_theory, one.rows[i].cos2_theory, 1e-12);
    EXPECT_NEAR(seven.rows[i].eigenvalue / 49, one.rows[i].eigenvalue, 1e-11);
  }
}

TEST(Alignment, DoesNotDependOnThreads) {
  const Alignment one = align<double>({{9, 3}, 20, 50}, {{0.5, 1.0, 2.0}, 3, 1});
  const Alignment three = align<double>({{9, 3}, 20, 50}, {{0.5, 1.0, 2.0}, 3, 3});
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    EXPECT_EQ(one.rows[i].cos2, three.rows[i].cos2);
    EXPECT_EQ(one.rows[i].cos2_stderr, three.rows[i].cos2_stderr);
  }
}

// Data of rank 3 with a mean: the eigenvectors of the clean samples are the reference, their
// sample variances the spikes.
TEST(Alignment, OfDataRefersToTheCleanSamples) {
  const TrainingSignals<double> drawn({{60, 15, 4}, 100, 200}, Fresh::noise, 3);
  const Eigen::MatrixXd data = drawn.clean(0).colwise() + Eigen::VectorXd::Constant(100, 5.0);
  const TrainingSignals<double> training(data, 3, Fresh::noise, 1);
  const Alignment found = measure_alignment(training, {log_levels(0.01, 3, 7), 10});
  EXPECT_FALSE(found.synthetic);
  EXPECT_DOUBLE_EQ(found.gamma, 100.0 / 199.0);
  EXPECT_LT(found.mean_difference, 0.02);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_GT(found.rows[i].cos2, 0.9999);
}

TEST(Alignment, ComponentsEmergeNearTheTheorysLevels) {
  const Alignment found = align<double>({{16, 4, 1}, 256, 512}, {log_levels(0.2, 10, 21), 6});
  for (const Emergence& component : found.emergence) {
    EXPECT_NEAR(component.threshold_std,
                std::sqrt(component.variance) * std::pow(found.gamma, -0.25), 1e-12);
    EXPECT_LT(component.half_std_theory, component.threshold_std);
    EXPECT_NEAR(component.half_std / component.half_std_theory, 1.0, 0.08);
  }
  const Alignment outside = align<double>({{16}, 20, 50}, {{0.01, 0.02}, 1});
  EXPECT_TRUE(std::isnan(outside.emergence[0].half_std));
  EXPECT_TRUE(std::isnan(outside.rows[0].cos2_stderr));
}

// Four samples have four components at most; those beyond have nothing in common with the truth.
TEST(Alignment, FewerSamplesThanComponents) {
  const Alignment found = align<double>({{9, 8, 7, 6, 5, 4}, 20, 4}, {{0.1}, 1});
  ASSERT_EQ(found.rows.size(), 6U);
  EXPECT_EQ(found.rows[4].cos2, 0.0);
  EXPECT_EQ(found.rows[5].eigenvalue, 0.0);
}

TEST(Alignment, SaysWhatIsOutOfRange) {
  EXPECT_THROW((void)align<double>({{}, 20, 50}, {{1.0}, 1}), Error);
  EXPECT_THROW((void)align<double>({{1, 2}, 20, 50}, {{1.0}, 1}), Error);
  EXPECT_THROW((void)align<double>({{2, -1}, 20, 50}, {{1.0}, 1}), Error);
  EXPECT_THROW((void)align<double>({{2, 1}, 1, 50}, {{1.0}, 1}), Error);
  EXPECT_THROW((void)align<double>({{2, 1}, 20, 0}, {{1.0}, 1}), Error);
  EXPECT_THROW((void)align<double>({{2, 1}, 20, 50}, {{0.0}, 1}), Error);
  EXPECT_THROW((void)align<double>({{2, 1}, 20, 50}, {{}, 1}), Error);
  EXPECT_THROW((void)align<double>({{2, 1}, 20, 50}, {{1.0}, 0}), Error);
  const Eigen::MatrixXd constant = Eigen::MatrixXd::Constant(4, 9, 2.0);
  EXPECT_THROW(TrainingSignals<double>(constant, 2, Fresh::noise, 1), Error);
  EXPECT_THROW(TrainingSignals<double>(Eigen::MatrixXd::Random(4, 9), 2, Fresh::all, 1), Error);
}

}  // namespace
}  // namespace pellucid
