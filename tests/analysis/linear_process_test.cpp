// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/linear_process.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "support/gaussian_recursion.hpp"

namespace pellucid {
namespace {

const std::vector<double> octaves{64, 32, 16, 8, 4, 2, 1, 0.5};

std::vector<double> log_levels(double high, double low, int count) {
  std::vector<double> levels;
  for (int i = 0; i < count; ++i) levels.push_back(high * std::pow(low / high, i / (count - 1.0)));
  return levels;
}

double ratio(const LinearProcess& process) {
  const auto& product = process.steps.back().product;
  return product[1] / product[0];
}

// The setting: the product of 100 projections collapses onto the leading eigenvector, as a
// plain power iteration does, where the noise starts high, and does not where it starts low.
TEST(Project, IsAPowerIterationOverAWideNoiseRange) {
  const TrainingSignals<double> training({octaves, 256, 512}, Fresh::noise, 2);
  LinearProcessOptions options;
  options.noise_std = log_levels(10, 0.05, 100);
  const LinearProcess wide = follow_linear_process(training, options);
  EXPECT_LT(ratio(wide), 1e-6);
  EXPECT_GT(wide.steps.back().leading_cos2, 0.98);
  EXPECT_LT(wide.steps.back().power_ratio, 1e-6);
  EXPECT_GT(wide.steps.back().power_cos2, 0.98);
  // From 3: levels are all below the leading components' noise; their product hardly contracts.
  options.noise_std = log_levels(3, 0.05, 20);
  EXPECT_GT(ratio(follow_linear_process(training, options)), 0.05);
}

// About the mean the training variances of synthetic signals are those of NumPy's cov: sums about
// the sample mean over n - 1.
TEST(LinearProcess, TrainingVariancesAreCentredWhereSignalsAre) {
  SpikedSignals model{{4, 2}, 6, 5};
  for (const bool centre : {false, true}) {
    model.centre = centre;
    const TrainingSignals<double> training(model, Fresh::noise, 3);
    LinearProcessOptions options;
    options.noise_std = {1.0, 0.5};
    const LinearProcess found = follow_linear_process(training, options);
    Matrix<double> clean = training.clean(0);
    if (centre) clean.colwise() -= clean.rowwise().mean().eval();
    for (Index i = 0; i < 2; ++i) {
      EXPECT_NEAR(found.training[static_cast<std::size_t>(i)],
                  clean.row(i).squaredNorm() / (centre ? 4 : 5), 1e-13);
    }
  }
}

// Ratios between generated components are those of the training sample within 10 %, whatever the
// common factor; every component lies above the threshold of the cleanest level.
TEST(Renoise, GeneratesVariancesInTheTrainingSamplesProportions) {
  for (const Index samples : {128, 512}) {
    const TrainingSignals<double> training({octaves, 256, samples}, Fresh::noise, 2);
    LinearProcessOptions options;
    options.mode = LinearMode::renoise;
    options.noise_std = log_levels(10, 0.05, 100);
    const LinearProcess found = follow_linear_process(training, options);
    Eigen::ArrayXd factors(8);
    for (Index i = 0; i < 8; ++i) {
      const auto k = static_cast<std::size_t>(i);
      factors(i) = found.generated[k] / found.training[k];
    }
    const double common = std::exp(factors.log().mean());
    std::cout << "d / n " << 256.0 / double(samples) << ": " << factors.transpose() << "\n";
    EXPECT_LT((factors / common - 1).abs().maxCoeff(), 0.1);
  }
}

// The recursion of a Gaussian prior whose covariance is that of the one basis, exactly.
TEST(Standard, WithOneBasisIsTheGaussianRecursion) {
  const TrainingSignals<double> training({{9, 4, 1}, 12, 30}, Fresh::noise, 3);
  const double cleanest = 0.1;
  const auto spectrum =
      sample_spectrum<double>(training.noisy(0, 5, cleanest), 3, training.is_centred());
  for (const double r : {0.0, 1.0}) {
    LinearProcessOptions options;
    options.mode = LinearMode::standard;
    options.noise_std = log_levels(8, cleanest, 6);
    options.weights = LinearWeights::plug_in;
    options.fixed_basis = true;
    options.variance_preserving = true;
    options.resampling = r;
    const LinearProcess found = follow_linear_process(training, options);
    // From unit noise in variance-preserving coordinates, whose scale at the first level is
    // 1 / sqrt(1 + s^2): the recursion's start.
    Grid grid;
    for (const double s : options.noise_std) grid.push_back(NoiseLevel::from_variance(s * s));
    double total = 0;
    Eigen::Vector3d generated;
    for (Index i = 0; i < 3; ++i) {
      const double l = spectrum.eigenvalues(i) - cleanest * cleanest;
      generated(i) = test::generating_moments(grid, l, r).variance;
      total += generated(i);
    }
    EXPECT_NEAR(found.total_variance, total, 1e-11 * total);
    const Eigen::Matrix3d turn = training.basis().adjoint() * spectrum.eigenvectors;
    for (Index i = 0; i < 3; ++i) {
      const double along = (turn.row(i).array().square() * generated.transpose().array()).sum();
      EXPECT_NEAR(found.generated[static_cast<std::size_t>(i)], along, 1e-11 * total);
    }
  }
}

template <class T>
class LinearProcessTest : public testing::Test {};
using Types = testing::Types<double, std::complex<double>>;
TYPED_TEST_SUITE(LinearProcessTest, Types);

// Against plain d x d products and covariances of denoisers fitted one by one.
TYPED_TEST(LinearProcessTest, EqualsPlainMatrixProducts) {
  using T = TypeParam;
  const SpikedSignals model{{9, 4, 1}, 12, 30, SpikedSignals::Basis::random};
  const TrainingSignals<T> training(model, Fresh::all, 5);
  const std::vector<double> levels{4, 2, 1, 0.4};
  for (const auto mode : {LinearMode::project, LinearMode::renoise, LinearMode::standard}) {
    LinearProcessOptions options;
    options.mode = mode;
    options.noise_std = {1, 4, 0.4, 2};  // any order
    options.weights = LinearWeights::plug_in;
    options.resampling = 0.7;
    const LinearProcess found = follow_linear_process(training, options);
    Matrix<T> product = Matrix<T>::Identity(12, 12), covariance = T(16.0) * product;
    for (std::size_t i = 0; i < 4; ++i) {
      const double s = levels[i], u = i < 3 ? levels[i + 1] : 0.0, kept = u * u / (s * s);
      const auto filter =
          linear_filter(sample_spectrum<T>(training.noisy(0, static_cast<Index>(i), s), 3), s * s,
                        LinearWeights::plug_in);
      Matrix<T> step = filter.eigenvectors * filter.weights.template cast<T>().asDiagonal() *
                       filter.eigenvectors.adjoint();
      double added = mode == LinearMode::renoise ? u * u : 0.0;
      if (mode == LinearMode::standard) {
        step = (1 - kept) * step + kept * Matrix<T>::Identity(12, 12);
        added = 0.49 * u * u * (1 - kept);
      }
      product = (step * product).eval();
      covariance =
          (step * covariance * step.adjoint()).eval() + added * Matrix<T>::Identity(12, 12);
      Matrix<T> left = product * product.adjoint();
      Eigen::VectorXd squares;
      linalg::eigh<T>(left, squares);
      for (Index k = 0; k < 3; ++k) {
        const auto at = static_cast<std::size_t>(k);
        EXPECT_NEAR(found.steps[i].product[at], squares(11 - k), 1e-12)
            << name(mode) << " step " << i;
        const double along = std::real(
            (training.basis().col(k).adjoint() * covariance * training.basis().col(k))(0));
        EXPECT_NEAR(found.steps[i].variances[at], along, 1e-11) << name(mode) << " step " << i;
      }
      const double cos2 = std::norm(training.basis().col(0).dot(left.col(11)));
      EXPECT_NEAR(found.steps[i].leading_cos2, cos2, 1e-10);
    }
    EXPECT_NEAR(found.total_variance, std::real(covariance.trace()), 1e-11);
  }
}

TEST(LinearProcess, VariancePreservingStartsWithOneMore) {
  const TrainingSignals<double> training({{9, 4}, 12, 30}, Fresh::noise, 5);
  LinearProcessOptions options;
  options.noise_std = {2, 1};
  const LinearProcess exploding = follow_linear_process(training, options);
  options.variance_preserving = true;
  const LinearProcess preserving = follow_linear_process(training, options);
  EXPECT_EQ(exploding.steps[1].product, preserving.steps[1].product);
  EXPECT_NEAR(preserving.generated[0] / exploding.generated[0], 5.0 / 4.0, 1e-12);
}

TEST(LinearProcess, ScalesWithTheDataAndDoesNotDependOnThreads) {
  LinearProcessOptions options;
  options.mode = LinearMode::renoise;
  options.noise_std = {2, 1, 0.5};
  options.threads = 1;
  const LinearProcess one =
      follow_linear_process(TrainingSignals<double>({{9, 4}, 12, 30}, Fresh::noise, 5), options);
  options.threads = 3;
  EXPECT_EQ(one.generated, follow_linear_process(
                               TrainingSignals<double>({{9, 4}, 12, 30}, Fresh::noise, 5), options)
                               .generated);
  options.noise_std = {14, 7, 3.5};
  const LinearProcess seven = follow_linear_process(
      TrainingSignals<double>({{441, 196}, 12, 30}, Fresh::noise, 5), options);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(seven.generated[i], 49 * one.generated[i], 1e-10 * seven.generated[i]);
  }
}

TEST(LinearProcess, SaysWhatIsOutOfRange) {
  const TrainingSignals<double> training({{9, 4}, 12, 30}, Fresh::noise, 5);
  LinearProcessOptions options;
  EXPECT_THROW((void)follow_linear_process(training, options), Error);
  options.noise_std = {1, 2, 1};
  EXPECT_THROW((void)follow_linear_process(training, options), Error);
  options.noise_std = {1, 2};
  options.resampling = -1;
  EXPECT_THROW((void)follow_linear_process(training, options), Error);
  EXPECT_THROW((void)parse_linear_mode("both"), Error);
  EXPECT_EQ(parse_linear_mode("renoise"), LinearMode::renoise);
  EXPECT_EQ(parse_fresh("all"), Fresh::all);
  EXPECT_THROW((void)parse_fresh("some"), Error);
}

}  // namespace
}  // namespace pellucid
