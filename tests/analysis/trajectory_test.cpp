// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/trajectory.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "pellucid/analysis/frequency_bands.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"
#include "support/gaussian_recursion.hpp"

namespace pellucid {
namespace {

template <class T>
Matrix<T> random_matrix(Index rows, Index columns, std::uint64_t seed) {
  Matrix<T> out(rows, columns);
  RandomStream(seed, Purpose::probe).normal<T>(0, 0, out);
  return out;
}

TEST(FrequencyBands, SumToTheEnergy) {
  for (const std::vector<Index>& shape :
       std::vector<std::vector<Index>>{{24}, {7}, {1}, {6, 8}, {5, 4, 3}, {4, 4, 4}}) {
    const FrequencyBands<double> bands(shape, 4);
    const Index entries =
        std::accumulate(shape.begin(), shape.end(), Index{1}, std::multiplies<>());
    const Eigen::MatrixXd x = random_matrix<double>(entries, 3, 1);
    const Eigen::MatrixXd energy = bands.energy(x);
    EXPECT_EQ(energy.rows(), bands.bands());
    EXPECT_EQ(static_cast<Index>(bands.edges().size()), bands.bands() + 1);
    EXPECT_LT((energy.colwise().sum() - x.colwise().squaredNorm()).cwiseAbs().maxCoeff(), 1e-12);
  }
}

TEST(FrequencyBands, PutAWaveWhereItBelongs) {
  const FrequencyBands<double> temporal({64}, 8);
  EXPECT_EQ(temporal.edges().back(), 0.5);
  for (const Index k : {0, 3, 4, 17, 32}) {
    Eigen::MatrixXd x(64, 1);
    for (Index i = 0; i < 64; ++i) {
      x(i) = std::cos(2 * std::numbers::pi * double(k * i) / 64);
    }
    const Index band = std::min<Index>(k / 4, 7);  // a band is 1/16 cycles per sample, 4 bins
    EXPECT_NEAR(temporal.energy(x)(band, 0), x.squaredNorm(), 1e-11) << k;
  }
  // (3/16, 4/16) in a picture: 5/16 cycles per pixel, an edge, which belongs to the band above.
  const FrequencyBands<std::complex<double>> spatial({16, 16}, 8);
  Eigen::MatrixXcd wave(256, 1);
  for (Index i = 0; i < 256; ++i) {
    wave(i) = std::polar(1.0, 2 * std::numbers::pi * double(3 * (i / 16) + 4 * (i % 16)) / 16);
  }
  EXPECT_NEAR(spatial.energy(wave)(5, 0), 256.0, 1e-10);
  EXPECT_NEAR(spatial.edges().back(), std::sqrt(0.5), 1e-12);
  EXPECT_THROW(FrequencyBands<double>({8}, 0), Error);
}

// A Gaussian model with a mean, in units of its own.
Model gaussian_model(Index dim) {
  Model model;
  model.shape = {dim};
  model.offset = Eigen::VectorXcd::Constant(dim, 3.0);
  model.scale = 2.0;
  model.power = 4.0;
  Gaussian<double> prior{Eigen::VectorXd::Zero(dim), Eigen::MatrixXd::Zero(dim, dim)};
  for (Index i = 0; i < dim; ++i) prior.covariance(i, i) = std::pow(0.5, double(i));
  prior.covariance *= double(dim) / prior.covariance.trace();
  model.prior = RealPrior(prior);
  return model;
}

// The recorder is an observer of any reverse process: here `estimate` with a model's denoiser.
TEST(BandRecorder, ObservesEveryStepOfAnyProcess) {
  const Estimator<double> estimator(gaussian_model(16));
  const Eigen::MatrixXd clean = random_matrix<double>(16, 700, 2);  // several tiles
  EstimateOptions options;
  options.method = Method::mean_forwarding;
  options.steps = {3};
  options.threads = 3;
  Eigen::MatrixXd out(16, 700);
  BandRecorder<double> recorder(FrequencyBands<double>({16}, 4), 700, 3, clean);
  const std::vector<double> variance{0.5};
  estimate<double>(estimator.denoiser(), Schedule(), {}, clean, variance, options, out, nullptr,
                   recorder.observer());
  EXPECT_NEAR(recorder.energy().col(2).sum(), out.colwise().squaredNorm().mean(), 1e-10);
  EXPECT_NEAR(recorder.error().col(2).sum(), (out - clean).colwise().squaredNorm().mean(), 1e-10);
}

// Mean forwarding over a Gaussian prior keeps E[x | y] at every step, whose error is the Wiener
// filter's: 4000 signals leave a relative standard error of about 1 %.
TEST(Trajectory, OfAGaussianForwardsTheWienerFilter) {
  const Estimator<double> estimator(gaussian_model(8));
  const Eigen::MatrixXd clean = draw<double>(estimator.model(), 4000, 5);
  TrajectoryOptions options;
  options.noise_std = {1.0, 0.5, 0.25, 2.0};
  options.components = 3;
  options.bands = 3;
  const Trajectory found = follow_trajectory<double>(estimator, clean, options);
  const auto& prior = std::get<Gaussian<double>>(std::get<RealPrior>(estimator.model().prior));
  const Eigen::ArrayXd l = prior.covariance.diagonal();  // in units of scale^2 = 4, noise 2
  const double wiener = (l / (l + 1)).mean();
  ASSERT_EQ(found.steps.size(), 4U);
  EXPECT_EQ(found.steps[0].noise_std, 2.0);
  for (const TrajectoryStep& step : found.steps) {
    EXPECT_NEAR(*step.nmse, wiener, 4 * *step.nmse_stderr);
    EXPECT_NEAR(*step.nmse, *found.steps[0].nmse, 1e-12);
    const double energy = std::accumulate(step.band_energy.begin(), step.band_energy.end(), 0.0);
    EXPECT_NEAR(energy, 4 * (l * l / (l + 1)).sum(), 0.1 * energy);
    for (Index i = 0; i < 3; ++i) {
      const double variance = 4 * l(i) * l(i) / (l(i) + 1);
      EXPECT_NEAR(step.spectrum[static_cast<std::size_t>(i)], variance, 0.1 * variance);
    }
  }
  EXPECT_EQ(found.clean_spectrum.size(), 3U);
  EXPECT_EQ(found.band_edges.size(), 4U);
}

const Eigen::MatrixXd none;  // no clean signals: from pure noise

// What is generated with one fixed basis: sampled variances within 4 standard errors of the exact
// covariance, which LinearProcess tests against design.md's recursion. sd of a variance from n
// real normal samples: sqrt(2 / n) of it.
TEST(Trajectory, SampledLinearProcessHasTheExactCovariance) {
  const TrainingSignals<double> training({{9, 4, 1}, 16, 60}, Fresh::noise, 3);
  for (const auto mode : {LinearMode::project, LinearMode::renoise, LinearMode::standard}) {
    TrajectoryOptions options;
    options.mode = mode;
    options.noise_std = {6.0, 3.0, 1.0, 0.3};
    options.resampling = 1.0;
    options.weights = LinearWeights::plug_in;
    options.fixed_basis = mode == LinearMode::standard;
    options.count = 5000;
    const Trajectory found = follow_linear_trajectory<double>(training, none, {16}, options);
    ASSERT_TRUE(found.linear.has_value());
    EXPECT_FALSE(found.steps[0].nmse.has_value());
    EXPECT_EQ(found.signals, 5000);
    for (std::size_t k = 0; k < 3; ++k) {
      const double exact = found.linear->generated[k];
      EXPECT_NEAR(found.steps.back().spectrum[k], exact, 4 * std::sqrt(2.0 / 5000) * exact)
          << name(mode);
    }
  }
}

TEST(Trajectory, ScalesWithTheDataAndDoesNotDependOnThreads) {
  const Eigen::MatrixXd data = TrainingSignals<double>({{9, 4}, 16, 80}, Fresh::noise, 1).clean(0);
  TrajectoryOptions options;
  options.noise_std = {2.0, 1.0, 0.5};
  options.threads = 1;
  const auto follow = [&](double scale) {
    const TrainingSignals<double> training(scale * data.leftCols(60), 2, Fresh::noise, 1);
    return follow_linear_trajectory<double>(training, scale * data.rightCols(20), {4, 4}, options);
  };
  const Trajectory one = follow(1.0);
  options.threads = 3;
  const Trajectory again = follow(1.0);
  options.noise_std = {14.0, 7.0, 3.5};
  const Trajectory seven = follow(7.0);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(again.steps[i].band_energy, one.steps[i].band_energy);
    EXPECT_NEAR(*seven.steps[i].nmse, *one.steps[i].nmse, 1e-12);
    EXPECT_NEAR(seven.steps[i].band_energy[0], 49 * one.steps[i].band_energy[0],
                1e-10 * seven.steps[i].band_energy[0]);
    EXPECT_NEAR(seven.steps[i].linear->product[0], one.steps[i].linear->product[0], 1e-12);
  }
}

TEST(Trajectory, SaysWhatDoesNotFit) {
  const TrainingSignals<double> training({{9, 4}, 16, 60}, Fresh::noise, 3);
  TrajectoryOptions options;
  EXPECT_THROW((void)follow_linear_trajectory<double>(training, none, {16}, options), Error);
  options.noise_std = {1.0};
  EXPECT_THROW((void)follow_linear_trajectory<double>(training, none, {15}, options), Error);
  const Estimator<double> estimator(gaussian_model(8));
  EXPECT_THROW((void)follow_trajectory<double>(estimator, Eigen::MatrixXd::Zero(7, 2), options),
               Error);
}

}  // namespace
}  // namespace pellucid
