// SPDX-License-Identifier: BSD-3-Clause
#include "training/recipe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "training/levels.hpp"
#include "training/progress.hpp"

namespace pellucid::test {
namespace {

using training::TrainingLevel;
using training::TrainingLevels;

NetworkArchitecture small_mlp(Conditioning conditioning, Prediction prediction) {
  NetworkArchitecture architecture{
      {1, 4}, MlpArchitecture{8, 1, 2, 1, 4}, conditioning, prediction, -15, 25};
  architecture.validate();
  return architecture;
}

// x0 from x_t and a perfect output, as design.md has it.
double clean_of(Prediction prediction, const Schedule& schedule, int step, const NoiseLevel& level,
                double x_t, double output) {
  const double a = std::sqrt(level.alpha_bar), s = std::sqrt(level.noise);
  switch (prediction) {
    case Prediction::noise:
      return (x_t - s * output) / a;
    case Prediction::clean:
      return output;
    case Prediction::velocity:
      return a * x_t - s * output;
    case Prediction::posterior_mean:
      break;
  }
  const double next = schedule.level(step - 1).alpha_bar, alpha = schedule.alpha(step);
  const double c0 = std::sqrt(next) * (1 - alpha) / level.noise;
  const double c1 = std::sqrt(alpha) * (1 - next) / level.noise;
  return (output - c1 * x_t) / c0;
}

TEST(TrainingLevels, EveryTargetGivesTheSameCleanSignalAndWeighsItAlike) {
  const Schedule schedule(Schedule::paper(100));
  const double x0 = 0.7, n = -1.3, error = 0.01;
  for (const Prediction prediction :
       {Prediction::noise, Prediction::clean, Prediction::posterior_mean, Prediction::velocity}) {
    const auto architecture = small_mlp(Conditioning::step, prediction);
    const TrainingLevels plain(architecture, schedule, LossWeighting::uniform);
    const TrainingLevels by_snr(architecture, schedule, LossWeighting::snr);
    const TrainingLevels by_min_snr(architecture, schedule, LossWeighting::min_snr);
    for (const int step : {1, 2, 50, 100}) {
      const double u = (step - 0.5) / 100;
      const TrainingLevel level = plain.at(u);
      EXPECT_EQ(level.number, step - 1);
      EXPECT_EQ(level.weight, 1.0);
      const double x_t = level.clean * x0 + level.noise * n;
      const double target = level.target_clean * x0 + level.target_noise * n;
      const NoiseLevel& noise = schedule.level(step);
      EXPECT_NEAR(clean_of(prediction, schedule, step, noise, x_t, target), x0, 1e-9);
      // An output's error means an error of x0, whose square is what these weigh.
      const double wrong = clean_of(prediction, schedule, step, noise, x_t, target + error) - x0;
      const double of_clean = wrong * wrong / (error * error);
      EXPECT_NEAR(by_snr.at(u).weight / (noise.snr() * of_clean), 1.0, 1e-6);
      EXPECT_NEAR(by_min_snr.at(u).weight / (std::min(noise.snr(), 5.0) * of_clean), 1.0, 1e-6);
    }
  }
}

TEST(TrainingLevels, SnrsAreUniformInDecibelOverTheRange) {
  const TrainingLevels levels(small_mlp(Conditioning::log_snr, Prediction::velocity), Schedule(),
                              LossWeighting::uniform);
  EXPECT_DOUBLE_EQ(levels.at(0.0).number, -15.0);
  EXPECT_DOUBLE_EQ(levels.at(0.5).number, 5.0);
  const TrainingLevel level = levels.at(0.25);  // -5 dB
  EXPECT_NEAR(10 * std::log10(level.clean * level.clean / (level.noise * level.noise)), -5, 1e-9);
}

TEST(Recipe, RateRisesInAStraightLineThenFallsAsACosine) {
  training::Recipe recipe;
  recipe.learning_rate = 2.0;
  recipe.warm_up = 0.1;
  recipe.epochs = 10;
  recipe.steps_per_pass = 100;
  EXPECT_DOUBLE_EQ(recipe.rate_at(49), 1.0);
  EXPECT_DOUBLE_EQ(recipe.rate_at(99), 2.0);
  EXPECT_NEAR(recipe.rate_at(549), 1.0, 2e-3);
  EXPECT_GT(recipe.rate_at(999), 0.0);
  EXPECT_LT(recipe.rate_at(999), 1e-4);
}

TEST(Recipe, SmallDataMakeOneBatchAndTooFewAreRefused) {
  const auto mlp = small_mlp(Conditioning::log_snr, Prediction::velocity);
  NetworkTrainingOptions options;
  const auto recipe = training::make_recipe(options, mlp, 40, nullptr);
  EXPECT_EQ(recipe.validation_samples, 4);
  EXPECT_EQ(recipe.batch, 36);
  EXPECT_EQ(recipe.steps_per_pass, 1);
  EXPECT_EQ(recipe.group, 1);  // 16 does not divide 36
  // Passes of one step are counted by the hundred, unless somebody counts them.
  EXPECT_EQ(recipe.passes_per_epoch, 100);
  EXPECT_EQ(recipe.epochs, 300);
  options.epochs = 7;
  EXPECT_EQ(training::make_recipe(options, mlp, 40, nullptr).steps(), 7);
  options.epochs = 0;
  EXPECT_EQ(training::make_recipe(options, mlp, 100000, nullptr).passes_per_epoch, 1);
  EXPECT_EQ(training::make_recipe(options, mlp, 100000, nullptr).validation_samples, 4096);
  EXPECT_EQ(training::make_recipe(options, mlp, 100000, nullptr).group, 16);
  EXPECT_THROW((void)training::make_recipe(options, mlp, 1, nullptr), Error);
}

TEST(Recipe, KeepsTheShareOfValidation) {
  const auto mlp = small_mlp(Conditioning::log_snr, Prediction::velocity);
  NetworkTrainingOptions options;
  const std::pair<double, Index> cases[] = {{0.1, 30}, {0.3, 90}, {0.001, 1}, {0.5, 150}};
  for (const auto& [share, count] : cases) {
    options.validation = share;
    const auto recipe = training::make_recipe(options, mlp, 300, nullptr);
    EXPECT_EQ(recipe.validation_samples, count);
    EXPECT_EQ(recipe.training_samples, 300 - count);
  }
}

class Warnings final : public Monitor {
 public:
  void begin(std::string_view, double) override {}
  void update(double, std::string_view) override {}
  void end() override {}
  void warn(std::string_view) override { ++count; }
  [[nodiscard]] bool stop_requested() const override { return false; }

  int count = 0;
};

TEST(Recipe, WarnsOfABatchLargerThanTheDataOnlyWhereItWasAskedFor) {
  const auto mlp = small_mlp(Conditioning::log_snr, Prediction::velocity);
  NetworkTrainingOptions options;
  Warnings monitor;
  (void)training::make_recipe(options, mlp, 40, &monitor);
  EXPECT_EQ(monitor.count, 0);
  options.batch = 50;
  EXPECT_EQ(training::make_recipe(options, mlp, 40, &monitor).batch, 36);
  EXPECT_EQ(monitor.count, 1);
}

TEST(Recipe, TheProcessorDecidesOnBf16OnlyForItself) {
  const auto mlp = small_mlp(Conditioning::log_snr, Prediction::velocity);
  NetworkTrainingOptions options;
  options.device = TrainingDevice::cuda;
  EXPECT_FALSE(training::make_recipe(options, mlp, 40, nullptr).bf16);
  options.precision = TrainingPrecision::bf16;
  EXPECT_TRUE(training::make_recipe(options, mlp, 40, nullptr).bf16);
}

TEST(Recipe, OptionsOutOfRangeAreNamed) {
  const auto message = [](auto change) {
    NetworkTrainingOptions options;
    change(options);
    try {
      training::check_options(options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message([](auto&) {}), "");
  EXPECT_EQ(message([](auto& o) { o.epochs = -1; }).substr(0, 6), "epochs");
  EXPECT_EQ(message([](auto& o) { o.batch = -1; }).substr(0, 5), "batch");
  EXPECT_EQ(message([](auto& o) { o.learning_rate = -1; }).substr(0, 13), "learning rate");
  EXPECT_EQ(message([](auto& o) { o.warm_up = 1; }).substr(0, 7), "warm-up");
  EXPECT_EQ(message([](auto& o) { o.average_decay = 1; }).substr(0, 5), "decay");
  EXPECT_EQ(message([](auto& o) { o.clip_norm = NAN; }).substr(0, 9), "clip norm");
  EXPECT_EQ(message([](auto& o) { o.validation = 0.7; }).substr(0, 10), "validation");
  EXPECT_EQ(message([](auto& o) { o.save_every = -1; }).substr(0, 4), "time");
  EXPECT_EQ(message([](auto& o) { o.patience = -1; }).substr(0, 8), "patience");
  EXPECT_EQ(message([](auto& o) { o.patience = 1, o.validation = 0; }).substr(0, 8), "patience");
}

TEST(Options, NamesAreReadBack) {
  for (const auto loss : {TrainingLoss::l2, TrainingLoss::l1}) {
    EXPECT_EQ(parse_training_loss(name(loss)), loss);
  }
  for (const auto weighting :
       {LossWeighting::uniform, LossWeighting::snr, LossWeighting::min_snr}) {
    EXPECT_EQ(parse_loss_weighting(name(weighting)), weighting);
  }
  for (const auto precision :
       {TrainingPrecision::automatic, TrainingPrecision::f32, TrainingPrecision::bf16}) {
    EXPECT_EQ(parse_training_precision(name(precision)), precision);
  }
  for (const auto device : {TrainingDevice::cpu, TrainingDevice::cuda}) {
    EXPECT_EQ(parse_training_device(name(device)), device);
  }
  EXPECT_THROW((void)parse_training_loss("l3"), Error);
}

TEST(DefaultArchitecture, FollowsTheShape) {
  EXPECT_EQ(default_architecture({64}, false).kind(), "mlp");
  EXPECT_EQ(default_architecture({64}, true).data_shape, (std::vector<Index>{2, 64}));
  const auto picture = default_architecture({28, 28}, false);
  EXPECT_EQ(picture.kind(), "unet");
  EXPECT_EQ(std::get<UnetArchitecture>(picture.layers).multipliers.size(), 3U);
  EXPECT_EQ(picture.conditioning, Conditioning::log_snr);
  EXPECT_EQ(picture.prediction, Prediction::velocity);
  EXPECT_EQ(default_architecture({64, 16}, true).data_shape, (std::vector<Index>{2, 64, 16}));
  // Odd lengths have one resolution.
  const auto odd = default_architecture({29, 31}, false);
  EXPECT_EQ(std::get<UnetArchitecture>(odd.layers).multipliers.size(), 1U);
  EXPECT_EQ(default_architecture({2, 4}, false).kind(), "mlp");
  EXPECT_EQ(default_architecture({100}, true, "cnn").data_shape, (std::vector<Index>{2, 100}));
  EXPECT_THROW((void)default_architecture({28, 28, 3}, false, "unet"), Error);
  EXPECT_THROW((void)default_architecture({28, 28}, false, "transformer"), Error);
  EXPECT_GT(training_bytes(1000, picture), 4 * 1000 * 784);
}

TEST(Progress, TextKeepsEveryBit) {
  training::TrainingProgress progress{7, 1.0 / 3, 0.1, 2, 0.123456789012345678, {}};
  progress.epochs = {{0.1, NAN, 1e-3, 2.5}, {1.0 / 7, 0.3, 1e-300, 0}};
  const auto back = training::parse_training_progress(training::progress_text(progress));
  EXPECT_EQ(back.steps, 7);
  EXPECT_EQ(back.loss_sum, progress.loss_sum);
  EXPECT_EQ(back.best_loss, progress.best_loss);
  ASSERT_EQ(back.epochs.size(), 2U);
  EXPECT_TRUE(std::isnan(back.epochs[0].validation_loss));
  EXPECT_EQ(back.epochs[1].training_loss, 1.0 / 7);
  progress.best_loss = INFINITY;
  EXPECT_EQ(training::parse_training_progress(training::progress_text(progress)).best_loss,
            INFINITY);
  EXPECT_THROW((void)training::parse_training_progress("{}"), Error);
  for (const auto change : {+[](training::TrainingProgress& p) { p.steps = -1; },
                            +[](training::TrainingProgress& p) { p.best_epoch = 3; },
                            +[](training::TrainingProgress& p) { p.best_epoch = -1; },
                            +[](training::TrainingProgress& p) { p.seconds = -1; }}) {
    training::TrainingProgress damaged = progress;
    change(damaged);
    EXPECT_THROW((void)training::parse_training_progress(training::progress_text(damaged)), Error);
  }
}

}  // namespace
}  // namespace pellucid::test
