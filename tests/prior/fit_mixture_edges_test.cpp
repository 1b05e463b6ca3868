// SPDX-License-Identifier: BSD-3-Clause
// Data that a fit must survive or refuse by a clear error, never by NaN.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pellucid/base/error.hpp"
#include "pellucid/prior/fit_mixture.hpp"
#include "support/random_priors.hpp"

namespace pellucid {
namespace {

using test::Generator;

MixtureFitOptions<double> options_for(Index components) {
  MixtureFitOptions<double> options;
  options.components = components;
  options.passes = 15;
  options.threads = 1;
  return options;
}

void expect_usable(const Matrix<double>& x, Index components) {
  const auto fit = fit_mixture<double>(MatrixSource<double>(x), options_for(components));
  fit.prior.validate();
  EXPECT_TRUE(log_density<double>(fit.prior, x).allFinite());
  EXPECT_TRUE(std::isfinite(fit.report.bic));
  const auto& likelihood = fit.report.penalised_log_likelihood;
  for (std::size_t i = 1; i < likelihood.size(); ++i) {
    if (fit.report.reseeded[i - 1] > 0) continue;
    EXPECT_GT(likelihood[i], likelihood[i - 1] - 1e-9 * (1.0 + std::abs(likelihood[i])));
  }
}

std::string message_of(const Matrix<double>& x, const MixtureFitOptions<double>& options) {
  try {
    (void)fit_mixture<double>(MatrixSource<double>(x), options);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(MixtureFitEdges, ConstantEntries) {
  Generator generator(1);
  Matrix<double> x = test::normal_matrix<double>(6, 300, generator);
  x.row(2).setConstant(0.1);
  x.row(5).setZero();
  expect_usable(x, 4);
}

TEST(MixtureFitEdges, FewerSamplesThanEntries) {
  Generator generator(2);
  expect_usable(test::normal_matrix<double>(40, 25, generator), 3);
}

TEST(MixtureFitEdges, DuplicatedSamples) {
  Generator generator(3);
  const Matrix<double> few = test::normal_matrix<double>(3, 4, generator);
  expect_usable(few.replicate(1, 50), 8);
}

TEST(MixtureFitEdges, AsManyComponentsAsSamples) {
  Generator generator(4);
  expect_usable(test::normal_matrix<double>(3, 6, generator), 6);
}

TEST(MixtureFitEdges, DataOfRankOneFarFromTheOrigin) {
  Generator generator(5);
  const Matrix<double> x =
      test::normal_matrix<double>(5, 1, generator) * test::normal_matrix<double>(1, 200, generator);
  expect_usable(x.array() + 1e4, 3);
}

TEST(MixtureFitEdges, EntriesOfVeryDifferentSize) {
  Generator generator(6);
  Matrix<double> x = test::normal_matrix<double>(3, 300, generator);
  x.row(1) *= 1e-6;
  x.row(2) *= 1e6;
  expect_usable(x, 3);
}

TEST(MixtureFitEdges, OneFarOutlier) {
  Generator generator(11);
  Matrix<double> x = test::normal_matrix<double>(5, 400, generator);
  x.col(123).setConstant(1e6);
  expect_usable(x, 3);
  expect_usable(x, 1);
}

TEST(MixtureFitEdges, ScreenedDimensionsWithFewSamplesConstantEntriesAndAnOutlier) {
  Generator generator(12);
  Matrix<double> x = test::normal_matrix<double>(40, 60, generator);
  x.topRows(7).setConstant(3.0);
  x.col(59) *= 1e6;
  expect_usable(x, 8);
  expect_usable(x.leftCols(58).replicate(1, 3), 50);
}

TEST(MixtureFitEdges, MiniBatchesOfAnySize) {
  Generator generator(13);
  Matrix<double> x = test::normal_matrix<double>(40, 120, generator);
  x.row(3).setConstant(0.1);
  for (const Index batch : {1, 7, 119, 1000}) {
    auto options = options_for(4);
    options.batch = batch;
    options.passes = 3;
    const auto fit = fit_mixture<double>(MatrixSource<double>(x), options);
    fit.prior.validate();
    EXPECT_TRUE(log_density<double>(fit.prior, x).allFinite());
  }
}

TEST(MixtureFitEdges, AComponentThatCollapsesIsReseeded) {
  // Plain maximum likelihood: the second component takes one sample and its likelihood has no
  // bound.
  Generator generator(14);
  const Matrix<double> x = test::normal_matrix<double>(2, 200, generator);
  auto options = options_for(2);
  options.regularisation = 0.0;
  options.start =
      GaussianMixture<double>{Eigen::Vector2d(0.5, 0.5), Matrix<double>::Zero(2, 2), {}};
  options.start->means.col(1) = x.col(17);
  options.start->covariances = {Matrix<double>::Identity(2, 2),
                                1e-12 * Matrix<double>::Identity(2, 2)};
  const auto fit = fit_mixture<double>(MatrixSource<double>(x), options);
  fit.prior.validate();
  ASSERT_FALSE(fit.report.reseedings.empty());
  EXPECT_EQ(fit.report.reseedings[0].component, 1);
  EXPECT_TRUE(fit.report.reseedings[0].singular);
}

TEST(MixtureFitEdges, RefusesFewerSamplesThanComponents) {
  Generator generator(7);
  const Matrix<double> x = test::normal_matrix<double>(3, 5, generator);
  EXPECT_THAT(message_of(x, options_for(6)), testing::HasSubstr("5 samples for 6 components"));
  EXPECT_THAT(message_of(Matrix<double>(3, 0), options_for(1)), testing::HasSubstr("0 samples"));
}

TEST(MixtureFitEdges, RefusesEqualSamplesAndNaN) {
  Matrix<double> x = Matrix<double>::Constant(3, 20, 0.3);
  EXPECT_THAT(message_of(x, options_for(2)), testing::HasSubstr("do not vary"));
  x(1, 7) = std::nan("");
  EXPECT_THAT(message_of(x, options_for(2)), testing::HasSubstr("sample 7"));
}

TEST(MixtureFitEdges, WithoutRegularisationASingularCovarianceIsAnError) {
  Generator generator(8);
  Matrix<double> x = test::normal_matrix<double>(6, 300, generator);
  x.row(2).setZero();
  auto options = options_for(4);
  options.regularisation = 0.0;
  EXPECT_THAT(message_of(x, options), testing::HasSubstr("raise the regularisation"));
}

TEST(MixtureFitEdges, RefusesOptionsOutOfRange) {
  Generator generator(9);
  const Matrix<double> x = test::normal_matrix<double>(3, 50, generator);
  auto options = options_for(0);
  EXPECT_THAT(message_of(x, options), testing::HasSubstr("components"));
  options = options_for(2);
  options.passes = 0;
  EXPECT_THAT(message_of(x, options), testing::HasSubstr("passes"));
  options = options_for(2);
  options.regularisation = std::nan("");
  EXPECT_THAT(message_of(x, options), testing::HasSubstr("regularisation"));
  options = options_for(2);
  options.start = test::random_mixture<double>(4, 2, generator);
  EXPECT_THAT(message_of(x, options), testing::HasSubstr("start"));
}

TEST(MixtureFitEdges, StopsBetweenBlocksAndReportsProgress) {
  struct Watcher final : Monitor {
    void begin(std::string_view name, double size) override {
      fitting = name == "fitting the mixture";
      total = size;
    }
    void update(double done, std::string_view note) override {
      if (!fitting) return;
      EXPECT_LE(done, total);
      last_note = note;
      stop = done >= 3 * 50.0;
    }
    void end() override {}
    void warn(std::string_view) override {}
    bool stop_requested() const override { return stop; }
    bool fitting = false, stop = false;
    double total = 0.0;
    std::string last_note;
  } monitor;
  Generator generator(10);
  const Matrix<double> x = test::normal_matrix<double>(3, 50, generator);
  EXPECT_THROW((void)fit_mixture<double>(MatrixSource<double>(x), options_for(2), &monitor),
               Stopped);
  EXPECT_THAT(monitor.last_note, testing::StartsWith("pass 3, log-likelihood"));
}

}  // namespace
}  // namespace pellucid
