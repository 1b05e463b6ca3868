// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/reverse/estimate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <mutex>
#include <set>

#include "pellucid/denoiser/mixture_denoiser.hpp"
#include "support/golden.hpp"

namespace pellucid {
namespace {

const MixtureDenoiser<double>& small() {
  static const MixtureDenoiser<double> denoiser(test::golden_mixture<double>("mixture_small"), 1);
  return denoiser;
}

Matrix<double> observations(Index count) {
  Matrix<double> y(12, count);
  RandomStream(4, Purpose::probe).normal<double>(0, 0, y);
  return y * std::sqrt(2.0);
}

const Schedule schedule(Schedule::paper(100));

Matrix<double> run(const Matrix<double>& y, std::vector<double> variances,
                   const EstimateOptions& options, double* evaluations = nullptr,
                   Monitor* monitor = nullptr) {
  Matrix<double> x(y.rows(), y.cols());
  const double used = estimate<double>(small(), schedule, {}, y, variances, options, x, monitor);
  if (evaluations != nullptr) *evaluations = used;
  return x;
}

TEST(Estimate, SameBitsForAnyNumberOfThreads) {
  const Matrix<double> y = observations(1000);
  std::vector<double> variances;
  for (int j = 0; j < 1000; ++j) variances.push_back(0.01 * (1 + j % 37));
  for (const Method method : {Method::one_step, Method::mean_forwarding, Method::average,
                              Method::sample, Method::automatic}) {
    EstimateOptions options;
    options.method = method;
    options.steps = {7};
    options.draws = 3;
    options.threads = 1;
    const Matrix<double> one = run(y, variances, options);
    options.threads = 2;
    EXPECT_EQ(run(y, variances, options), one) << name(method);
    options.threads = 5;
    EXPECT_EQ(run(y, variances, options), one) << name(method);
  }
}

TEST(Estimate, SamplesDoNotDependOnTheirBatch) {
  const Matrix<double> y = observations(700);
  for (const Method method : {Method::mean_forwarding, Method::sample}) {
    EstimateOptions options;
    options.method = method;
    options.steps = {5};
    const Matrix<double> all = run(y, {0.5}, options);
    const Matrix<double> some = run(y.leftCols(99), {0.5}, options);
    EXPECT_LT(test::relative_error(some, all.leftCols(99)), 1e-12) << name(method);
    options.first_sample = 400;
    const Matrix<double> later = run(y.middleCols(400, 33), {0.5}, options);
    EXPECT_LT(test::relative_error(later, all.middleCols(400, 33)), 1e-12) << name(method);
  }
}

TEST(Estimate, NoisePerSampleEqualsOneAtATime) {
  const Matrix<double> y = observations(5);
  const std::vector<double> variances{0.1, 2.0, 0.0, 1e-6, 30.0};
  EstimateOptions options;
  options.method = Method::mean_forwarding;
  for (const int steps : {Steps::all, 1, 6}) {
    options.steps = {steps};
    const Matrix<double> together = run(y, variances, options);
    for (Index j = 0; j < 5; ++j) {
      const Matrix<double> alone = run(y.col(j), {variances[static_cast<std::size_t>(j)]}, options);
      EXPECT_LT(test::relative_error(together.col(j), alone), 1e-12) << steps << ", " << j;
    }
    EXPECT_EQ(together.col(2), y.col(2));  // no noise: the observation itself
  }
}

TEST(Estimate, CountsEvaluations) {
  const Matrix<double> y = observations(4);
  double evaluations = 0;
  EstimateOptions options;
  options.method = Method::mean_forwarding;
  run(y, {1.0}, options, &evaluations);
  EXPECT_EQ(evaluations, schedule.nearest_step(0.0));
  options.steps = {9};
  run(y, {1.0}, options, &evaluations);
  EXPECT_EQ(evaluations, 9);
  options.method = Method::average;
  options.draws = 5;
  run(y, {1.0}, options, &evaluations);
  EXPECT_EQ(evaluations, 45);
  run(y, {1.0, 1.0, 1e-5, 1e-5}, options, &evaluations);  // 50 dB: one step
  EXPECT_EQ(evaluations, 25);
  options.method = Method::one_step;
  run(y, {1.0}, options, &evaluations);
  EXPECT_EQ(evaluations, 1);
}

TEST(Estimate, AutoTakesTheCalibratedSteps) {
  const Matrix<double> y = observations(3);
  const Calibration calibration{{{-10, 4}, {0, 3}, {10, 1}}};
  const std::vector<double> variances{10.0, 1.0, 0.1};
  EstimateOptions options;
  Matrix<double> automatic(12, 3);
  EXPECT_NEAR(estimate<double>(small(), schedule, calibration, y, variances, options, automatic),
              8.0 / 3, 1e-12);
  options.method = Method::mean_forwarding;
  const int steps[] = {4, 3, 1};
  for (Index j = 0; j < 3; ++j) {
    options.steps = {steps[j]};
    EXPECT_LT(
        test::relative_error(automatic.col(j),
                             run(y.col(j), {variances[static_cast<std::size_t>(j)]}, options)),
        1e-12);
  }
}

// For M exact posterior draws the mean has (1 + 1/M) times the MMSE; a Gaussian chain of T = 100
// steps at 0 dB has 1.90 instead of 2 (design.md), so its part of the error is 0.90 / M.
TEST(Estimate, AverageOfDrawsApproachesTheConditionalMean) {
  const Gaussian<double> prior{Eigen::VectorXd::Zero(4), Eigen::MatrixXd::Identity(4, 4)};
  const MixtureDenoiser<double> denoiser(prior);
  const Index samples = 4000;
  Matrix<double> x(4, samples), noise(4, samples), estimates(4, samples);
  RandomStream(1, Purpose::prior_draw).normal<double>(0, 0, x);
  RandomStream(1, Purpose::observation_noise).normal<double>(0, 0, noise);
  const double v = 1.0;
  for (const int draws : {1, 4, 16}) {
    EstimateOptions options;
    options.method = Method::average;
    options.draws = draws;
    estimate<double>(denoiser, schedule, {}, x + noise, {&v, 1}, options, estimates);
    const double nmse = (estimates - x).squaredNorm() / static_cast<double>(x.size());
    // 16,000 squared errors of relative spread sqrt(2): five standard errors are 5.6 %.
    EXPECT_NEAR(nmse, 0.5 * (1 + 0.90 / draws), 0.056 * nmse) << draws;
  }
}

TEST(Estimate, ObserversSeeEveryStepOfEverySample) {
  const Matrix<double> y = observations(300);
  Matrix<double> x(12, 300);
  EstimateOptions options;
  options.method = Method::mean_forwarding;
  options.steps = {4};
  options.threads = 2;
  const double v = 1.0;
  std::mutex mutex;
  std::set<std::pair<int, std::uint64_t>> seen;
  const Observer<double> observer = [&](const StepView<double>& step) {
    const std::scoped_lock lock(mutex);
    EXPECT_LT(step.to[0].noise, step.from[0].noise);
    for (std::size_t j = 0; j < step.samples.size(); ++j) {
      EXPECT_TRUE(seen.emplace(step.index, step.samples[j]).second);
      if (step.index == 3) {
        const auto column = static_cast<Index>(j);
        EXPECT_EQ(step.x_u.col(column), step.x0hat.col(column));
      }
    }
  };
  estimate<double>(small(), schedule, {}, y, {&v, 1}, options, x, nullptr, observer);
  EXPECT_EQ(seen.size(), 1200U);
}

TEST(Generate, SamplesDoNotDependOnCountOrThreads) {
  Matrix<double> many(12, 3000), few(12, 100);
  GenerateOptions options;
  options.steps = {20};
  options.threads = 2;
  generate<double>(small(), schedule, options, many);
  options.threads = 1;
  generate<double>(small(), schedule, options, few);
  EXPECT_LT(test::relative_error(few, many.leftCols(100)), 1e-12);
  Matrix<double> again(12, 3000);
  generate<double>(small(), schedule, options, again);
  EXPECT_EQ(again, many);
}

// A mixture's generated samples have its mean and covariance: T = 300, 20,000 draws, bound of five
// standard errors of an entry of the covariance (variance at most 2 l^2 / n) plus the chain's bias.
TEST(Generate, MixtureMomentsAreThoseOfThePrior) {
  const auto prior = test::golden_mixture<double>("mixture_small");
  const Gaussian<double> expected = moments(prior);
  const Index samples = 20000;
  Matrix<double> x(12, samples);
  generate<double>(small(), Schedule(), {}, x);
  const Eigen::VectorXd mean = x.rowwise().mean();
  const Eigen::MatrixXd centred = x.colwise() - mean;
  const Eigen::MatrixXd covariance = centred * centred.transpose() / static_cast<double>(samples);
  const double largest = expected.covariance.diagonal().maxCoeff();
  const double error = largest * std::sqrt(2.0 / static_cast<double>(samples));
  EXPECT_LT((mean - expected.mean).cwiseAbs().maxCoeff(),
            5 * std::sqrt(largest / static_cast<double>(samples)));
  EXPECT_LT((covariance - expected.covariance).cwiseAbs().maxCoeff(), 5 * error + 0.01 * largest);
}

// Collects warnings; asks to stop after a number of questions.
class Recorder final : public Monitor {
 public:
  void begin(std::string_view, double) override {}
  void update(double, std::string_view) override {}
  void end() override {}
  void warn(std::string_view message) override { warnings.emplace_back(message); }
  [[nodiscard]] bool stop_requested() const override { return stop; }

  std::vector<std::string> warnings;
  bool stop = false;
};

// Knows the steps of a schedule only, and counts what it is asked for.
class BoundDenoiser : public Denoiser<double> {
 public:
  [[nodiscard]] Index dim() const override { return 2; }
  [[nodiscard]] Index batch() const override { return 16; }
  [[nodiscard]] std::unique_ptr<Workspace> workspace() const override {
    return std::make_unique<Workspace>();
  }
  void denoise(ConstBatch<double> x_t, std::span<const NoiseLevel> levels, Batch<double> x0,
               Workspace&) const override {
    for (const NoiseLevel& level : levels) asked.push_back(level.snr_db());
    x0 = 0.5 * x_t;
  }
  [[nodiscard]] const Schedule* bound_schedule() const override { return &schedule; }

  mutable std::vector<double> asked;
};

TEST(Estimate, DenoiserBoundToStepsGetsTheNearestAndWarnsOutside) {
  const Matrix<double> y = Matrix<double>::Ones(2, 1);
  Matrix<double> x(2, 1);
  EstimateOptions options;
  options.method = Method::one_step;
  options.threads = 1;
  for (const double snr_db : {55.0, 3.3, -60.0}) {
    const BoundDenoiser denoiser;
    Recorder recorder;
    const double v = 1 / from_db(snr_db);
    estimate<double>(denoiser, schedule, {}, y, {&v, 1}, options, x, &recorder);
    ASSERT_EQ(denoiser.asked.size(), 1U);
    EXPECT_NEAR(denoiser.asked[0], schedule.level(schedule.nearest_step(snr_db)).snr_db(), 1e-9);
    EXPECT_EQ(recorder.warnings.size(), snr_db == 3.3 ? 0U : 1U) << snr_db;
  }
}

/// One that takes any level and was trained for some.
class TrainedDenoiser : public BoundDenoiser {
 public:
  [[nodiscard]] const Schedule* bound_schedule() const override { return nullptr; }
  [[nodiscard]] std::optional<SnrRange> trained_range() const override { return SnrRange{-10, 20}; }
};

TEST(Estimate, WarnsBeyondWhatADenoiserWasTrainedFor) {
  const Matrix<double> y = Matrix<double>::Ones(2, 1);
  Matrix<double> x(2, 1);
  for (const double snr_db : {-10.5, -10.0, 3.0, 20.0, 20.5}) {
    const TrainedDenoiser denoiser;
    Recorder recorder;
    const double v = 1 / from_db(snr_db);
    estimate<double>(denoiser, schedule, {}, y, {&v, 1}, {}, x, &recorder);
    EXPECT_EQ(recorder.warnings.size(), snr_db < -10 || snr_db > 20 ? 1U : 0U) << snr_db;
  }
}

TEST(Generate, ScheduleEndingAtHighSnrIsWarnedOf) {
  Recorder recorder;
  Matrix<double> x(12, 1);
  generate<double>(small(), Schedule::parse("recip,100,1e-4,0.1"), {}, x, &recorder);
  ASSERT_EQ(recorder.warnings.size(), 1U);
  EXPECT_NE(recorder.warnings[0].find("1.6 dB"), std::string::npos) << recorder.warnings[0];
}

TEST(Estimate, StopsWhenAsked) {
  Recorder recorder;
  recorder.stop = true;
  EXPECT_THROW(run(observations(10), {1.0}, {}, nullptr, &recorder), Stopped);
}

TEST(Estimate, BadOptionsAreRefused) {
  const Matrix<double> y = observations(3);
  EXPECT_THROW(run(y, {1.0, 1.0}, {}), Error);
  EXPECT_THROW(run(y, {-1.0}, {}), Error);
  EXPECT_THROW(run(y, {std::nan("")}, {}), Error);
  EstimateOptions options;
  options.steps = {-2};
  EXPECT_THROW(run(y, {1.0}, options), Error);
  options = {};
  options.draws = 0;
  EXPECT_THROW(run(y, {1.0}, options), Error);
  options = {};
  options.resampling = -0.1;
  EXPECT_THROW(run(y, {1.0}, options), Error);
}

}  // namespace
}  // namespace pellucid
