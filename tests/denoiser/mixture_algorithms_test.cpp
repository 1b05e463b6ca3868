// SPDX-License-Identifier: BSD-3-Clause
// The algorithms that a batch may be computed by, against one another and at the limits of the
// bounds they rest on.

#include <gtest/gtest.h>

#include "denoiser/conditional_mean.hpp"
#include "support/golden.hpp"
#include "support/reference.hpp"

namespace pellucid {
namespace {

using test::conditional_mean;
using test::random_normal;

// The largest difference between a full batch, whose algorithm the cost model chooses, and single
// samples, which are screened; relative to the estimates' size.
template <class T>
double difference_by_batch(const MixtureDenoiser<T>& denoiser, const Matrix<T>& y, double v) {
  Matrix<T> alone(y.rows(), 50);
  for (Index j = 0; j < alone.cols(); ++j) {
    alone.col(j) = conditional_mean<T>(denoiser, y.col(j), v);
  }
  const Matrix<T> together = conditional_mean<T>(denoiser, y, v).leftCols(alone.cols());
  return static_cast<double>(
      ((together - alone).colwise().norm().array() / alone.colwise().norm().array()).maxCoeff());
}

TEST(MixtureAlgorithms, EveryAlgorithmGivesTheSame) {
  const auto prior = test::golden_mixture<double>("mixture_paper");
  const MixtureDenoiser<double> denoiser(prior, 1);
  const MixtureDenoiser<float> single(prior, 1);
  const Index samples = 240;  // enough for filters of their own to pay
  const Matrix<double> x = draw(prior, samples, 3);
  const Matrix<double> noise = random_normal<double>(prior.dim(), samples, 4);
  for (const double snr_db : {-30.0, -20.0, -10.0, 0.0, 5.0, 10.0, 20.0, 30.0, 60.0}) {
    SCOPED_TRACE(snr_db);
    const double v = 1 / from_db(snr_db);
    const Matrix<double> y = x + std::sqrt(v) * noise;
    // Rounding in the energies, and 1e-16 or 1e-7 of weight that is left out.
    EXPECT_LT(difference_by_batch<double>(denoiser, y, v), 1e-12);
    EXPECT_LT(difference_by_batch<float>(single, y.cast<float>(), v), 2e-5);
    const Matrix<double> from_single =
        conditional_mean<float>(single, y.cast<float>(), v).cast<double>();
    const Matrix<double> exact = conditional_mean(denoiser, y, v);
    Eigen::ArrayXd errors = (from_single - exact).colwise().norm().array().transpose() /
                            exact.colwise().norm().array().transpose();
    std::sort(errors.begin(), errors.end());
    EXPECT_LT(errors(samples - 1), 1e-4);
    EXPECT_LT(errors(samples / 2), 2e-6);
  }
}

TEST(MixtureAlgorithms, LevelsPerSampleEqualOneLevelAtATime) {
  const auto prior = test::golden_mixture<double>("mixture_paper");
  const MixtureDenoiser<float> denoiser(prior, 1);
  const Matrix<float> x = draw(prior, 60, 5).cast<float>();
  std::vector<NoiseLevel> levels;
  for (Index j = 0; j < x.cols(); ++j)
    levels.push_back(NoiseLevel::from_snr_db(static_cast<double>(j) - 20.0));
  const auto work = denoiser.workspace();
  Matrix<float> together(x.rows(), x.cols()), alone(x.rows(), x.cols());
  denoiser.denoise(x, levels, together, *work);
  for (Index j = 0; j < x.cols(); ++j) {
    denoiser.denoise(x.col(j), {&levels[static_cast<std::size_t>(j)], 1}, alone.col(j), *work);
  }
  EXPECT_LT((together - alone).colwise().norm().maxCoeff(), 2e-5F * alone.norm());
}

// Means far from each other and from zero, where the bound's distances are differences of large
// numbers.
TEST(MixtureAlgorithms, ScreeningKeepsWhatCountsFarFromTheOrigin) {
  auto prior = test::golden_mixture<double>("mixture_paper");
  prior.means.array() += 300.0;
  prior.means.leftCols(64) *= 2.0;
  const MixtureDenoiser<float> single(prior, 1);
  const MixtureDenoiser<double> denoiser(prior, 1);
  const Matrix<double> y = draw(prior, 300, 6) + 0.03 * random_normal<double>(64, 300, 7);
  const Matrix<double> exact = conditional_mean(denoiser, y, 9e-4);
  Matrix<double> expected(64, 20);
  for (Index j = 0; j < 20; ++j) {
    expected.col(j) = reference::conditional_mean<double>(prior, y.col(j), 9e-4);
  }
  EXPECT_LT(test::relative_error(Matrix<double>(exact.leftCols(20)), expected), 1e-9);
  EXPECT_LT(test::relative_error(
                conditional_mean<float>(single, y.cast<float>(), 9e-4).cast<double>(), exact),
            1e-6);
}

// Far observations of components that differ in their means alone: every bound is as good as exact,
// and energies of 1e12 must not round the best component away.
TEST(MixtureAlgorithms, ScreeningOfFarObservations) {
  constexpr Index n = 32, count = 8, samples = 40;
  GaussianMixture<double> prior;
  prior.weights = Eigen::VectorXd::Constant(count, 1.0 / count);
  prior.means = random_normal<double>(n, count, 8);
  prior.covariances.assign(count, Matrix<double>::Identity(n, n));
  const MixtureDenoiser<double> denoiser(prior, 1);
  const NoiseLevel level = NoiseLevel::from_variance(1e-6);
  const Matrix<double> x = 1e4 * random_normal<double>(n, samples, 9);
  const std::vector<NoiseLevel> levels(samples, level);  // these are not screened
  Eigen::MatrixXd screened(count, samples), full(count, samples);
  const auto work = denoiser.workspace();
  denoiser.posterior_weights(x, {&level, 1}, screened, *work);
  denoiser.posterior_weights(x, levels, full, *work);
  // Log weights of 1e9 have a rounding of 1e-6.
  EXPECT_LT((screened - full).cwiseAbs().maxCoeff(), 1e-4);
}

// Means close to one another but far from zero, in single precision: distances to them are nothing
// but rounding, which must not pass for energy.
TEST(MixtureAlgorithms, ScreeningOfNeighboursFarFromTheOrigin) {
  constexpr Index n = 32, count = 8, samples = 40;
  GaussianMixture<double> prior;
  prior.weights = Eigen::VectorXd::Constant(count, 1.0 / count);
  prior.means = 5e-3 * random_normal<double>(n, count, 12).array() + 30.0;
  prior.covariances.assign(count, 1e-8 * Matrix<double>::Identity(n, n));
  const MixtureDenoiser<float> denoiser(prior, 1);
  const NoiseLevel level = NoiseLevel::from_variance(1e-6);
  Matrix<double> x = 1e-3 * random_normal<double>(n, samples, 13);
  for (Index j = 0; j < samples; ++j) x.col(j) += prior.means.col(j % count);
  Eigen::MatrixXd weights(count, samples);
  const auto work = denoiser.workspace();
  denoiser.posterior_weights(x.cast<float>(), {&level, 1}, weights, *work);
  for (Index j = 0; j < samples; ++j) EXPECT_GT(weights(j % count, j), 0.99) << j;
}

// Filters of their own would be the cheapest, but their energies are differences of numbers 1e8
// times as large; here they decide about an entry that counts little in the sample's length.
TEST(MixtureAlgorithms, NoFiltersWhereTheirEnergiesCancel) {
  constexpr Index n = 8, samples = 100;
  constexpr double v = 1e-8, offset = 1e-4;
  GaussianMixture<double> prior;
  prior.weights = Eigen::Vector2d(0.5, 0.5);
  prior.means = Matrix<double>::Zero(n, 2);
  prior.means.row(0) << offset, -offset;
  Matrix<double> covariance = Matrix<double>::Identity(n, n);
  covariance(0, 0) = v;
  prior.covariances.assign(2, covariance);
  prior.covariances[1].bottomRightCorner(n - 1, n - 1) *= 1.1;  // or the errors were the same
  Matrix<double> y = random_normal<double>(n, samples, 11);
  y.row(0) *= offset;
  const MixtureDenoiser<double> denoiser(prior, 1);
  const Matrix<double> found = conditional_mean(denoiser, y, v);
  for (Index j = 0; j < samples; ++j) {
    const Vector<double> expected = reference::conditional_mean<double>(prior, y.col(j), v);
    EXPECT_NEAR(found(0, j), expected(0), 1e-10 * offset);
  }
}

TEST(MixtureAlgorithms, LevelsBelowTheRangeOfSinglePrecision) {
  const auto prior = test::golden_mixture<double>("mixture_small");
  const MixtureDenoiser<float> denoiser(prior, 1);
  const Matrix<float> x = random_normal<float>(prior.dim(), 6, 10);
  std::vector<NoiseLevel> levels(6, NoiseLevel::from_variance(1e-50));
  levels[1] = NoiseLevel::clean();
  levels[2] = NoiseLevel::from_variance(0.5);
  Matrix<float> x0(x.rows(), 6), alone(x.rows(), 1);
  const auto work = denoiser.workspace();
  denoiser.denoise(x, levels, x0, *work);
  denoiser.denoise(x.col(2), {&levels[2], 1}, alone, *work);
  EXPECT_LT((x0.col(0) - x.col(0)).norm(), 1e-5F * x.col(0).norm());
  EXPECT_EQ(x0.col(1), x.col(1));
  EXPECT_LT((x0.col(2) - alone).norm(), 1e-5F * alone.norm());
}

}  // namespace
}  // namespace pellucid
