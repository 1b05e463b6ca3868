// SPDX-License-Identifier: BSD-3-Clause
#include "training/trainer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "training/recorded_checkpoint.hpp"

namespace pellucid::test {
namespace {

using training::Numbers;
using training::Trainer;
using training::TrainingBatch;

/// `|w - input's first number|^2 / 2`, whatever the architecture; `change` may spoil it.
class PlainNetwork final : public training::TrainableNetwork {
 public:
  double gradient(const TrainingBatch& batch, const Numbers& weights, Numbers&,
                  Numbers& gradient) override {
    ++steps;
    gradient = weights.array() - batch.inputs(0, 0);
    const double loss = 0.5 * gradient.squaredNorm();
    return change ? change(steps, loss) : loss;
  }
  double loss(const TrainingBatch&, const Numbers& weights, const Numbers&) override {
    return validation ? validation(++validations) : weights.squaredNorm();
  }
  void follow_statistics(const TrainingBatch&, const Numbers&, double, Numbers&) override {}

  int steps = 0, validations = 0;
  std::function<double(int, double)> change;
  std::function<double(int)> validation;
};

class StopAfter final : public Monitor {
 public:
  explicit StopAfter(int updates = 1 << 20) : left_(updates) {}
  void begin(std::string_view, double) override {}
  void update(double, std::string_view text) override {
    --left_;
    note = text;
  }
  void end() override {}
  void warn(std::string_view text) override { warnings.emplace_back(text); }
  [[nodiscard]] bool stop_requested() const override { return left_ <= 0; }

  std::string note;
  std::vector<std::string> warnings;

 private:
  int left_;
};

// The same in every run.
Eigen::MatrixXf signals() {
  static const Eigen::MatrixXf numbers = Eigen::MatrixXf::Random(4, 50);
  return numbers;
}

struct Setting {
  training::TrainingSamples samples{signals(), false};
  NetworkArchitecture architecture{
      {1, 4}, MlpArchitecture{4, 1, 0, 1, 4}, Conditioning::log_snr, Prediction::velocity, -15, 25};
  NetworkTrainingOptions options;
  PlainNetwork network;

  Setting() {
    options.batch = 15;
    options.epochs = 8;
    options.threads = 1;
    options.save_every = 0;
  }
  [[nodiscard]] Trainer trainer() {
    const auto recipe = training::make_recipe(options, architecture, samples.count(), nullptr);
    return {samples, architecture, recipe, options, network};
  }
};

TEST(Trainer, SavesAfterEveryEpochAndWhenStopped) {
  Setting setting;
  RecordedCheckpoint checkpoint;
  setting.options.checkpoint = &checkpoint;
  StopAfter monitor(7);
  auto trainer = setting.trainer();
  EXPECT_THROW(trainer.run(&monitor), Stopped);
  ASSERT_EQ(checkpoint.saved.size(), 3U);  // after 3, 6 and 7 steps
  EXPECT_EQ(training::parse_training_progress(checkpoint.saved[2].progress).steps, 7);
  EXPECT_EQ(trainer.progress().epochs.size(), 2U);
  EXPECT_EQ(monitor.note.substr(0, 6), "valid ");
  EXPECT_NE(monitor.note.find(", epoch 3/8"), std::string::npos);
}

TEST(Trainer, SavesShortEpochsOnlyWhenSomeTimePassed) {
  Setting setting;
  RecordedCheckpoint checkpoint;
  setting.options.checkpoint = &checkpoint;
  setting.options.save_every = 1e9;
  setting.trainer().run(nullptr);
  ASSERT_EQ(checkpoint.saved.size(), 1U);
  EXPECT_EQ(training::parse_training_progress(checkpoint.saved[0].progress).steps, 24);
}

/// A disk that is full at first.
class FullCheckpoint final : public FitCheckpoint {
 public:
  explicit FullCheckpoint(int failures) : left_(failures) {}
  void save(const std::string&, const std::string&, std::span<const StateArray>) override {
    if (left_-- > 0) throw Error("no space left");
    ++saves;
  }
  bool load(const std::string&, std::string&, std::span<const StateArray>) override {
    return false;
  }

  int saves = 0;

 private:
  int left_;
};

TEST(Trainer, GoesOnWhereASaveFailsAndWarnsOnce) {
  Setting setting, undisturbed;
  FullCheckpoint checkpoint(3);
  setting.options.checkpoint = &checkpoint;
  setting.network.validation = undisturbed.network.validation = [](int) { return 0.1; };
  StopAfter monitor;
  auto trainer = setting.trainer();
  trainer.run(&monitor);
  EXPECT_EQ(checkpoint.saves, 5);
  ASSERT_EQ(monitor.warnings.size(), 1U);
  EXPECT_NE(monitor.warnings[0].find("no space left"), std::string::npos);
  auto other = undisturbed.trainer();
  other.run(nullptr);
  EXPECT_EQ(trainer.best(), other.best());
}

TEST(Trainer, SaysThatItCouldNotSaveWhenStopped) {
  Setting setting;
  FullCheckpoint checkpoint(100);
  setting.options.checkpoint = &checkpoint;
  StopAfter monitor(2);
  try {
    setting.trainer().run(&monitor);
    FAIL();
  } catch (const Stopped& stopped) {
    EXPECT_NE(std::string(stopped.what()).find("no space left"), std::string::npos);
  }
}

TEST(Trainer, WarnsOfAResultThatIsWorseThanNoNetwork) {
  for (const double loss : {0.1, 10.0}) {  // targets have a square of about 1
    Setting setting;
    setting.network.validation = [loss](int) { return loss; };
    StopAfter monitor;
    setting.trainer().run(&monitor);
    ASSERT_EQ(monitor.warnings.size(), loss > 1 ? 1U : 0U);
    if (loss > 1) {
      EXPECT_NE(monitor.warnings[0].find("no network"), std::string::npos);
    }
  }
}

TEST(Trainer, RefusesProgressThatCannotBe) {
  Setting setting;
  RecordedCheckpoint checkpoint;
  setting.options.checkpoint = &checkpoint;
  setting.trainer().run(nullptr);
  for (const char* text : {R"("steps":3)", R"("steps":9999)", R"("steps":-1)"}) {
    RecordedCheckpoint damaged = checkpoint;
    damaged.chosen = 7;
    std::string& progress = damaged.saved[7].progress;
    progress.replace(progress.find(R"("steps":24)"), 10, text);
    setting.options.checkpoint = &damaged;
    EXPECT_THROW(setting.trainer().run(nullptr), Error) << text;
  }
}

TEST(Trainer, GoesOnFromAnySavedStateToTheSameWeights) {
  Setting whole;
  RecordedCheckpoint all;
  whole.options.checkpoint = &all;
  auto uninterrupted = whole.trainer();
  uninterrupted.run(nullptr);
  const auto expected = uninterrupted.best();
  for (int chosen = 0; chosen < 8; chosen += 3) {
    Setting setting;
    RecordedCheckpoint checkpoint = all;
    checkpoint.chosen = chosen;
    setting.options.checkpoint = &checkpoint;
    auto trainer = setting.trainer();
    trainer.run(nullptr);
    EXPECT_EQ(setting.network.steps, 24 - 3 * (chosen + 1));
    EXPECT_EQ(trainer.best(), expected);
    EXPECT_EQ(checkpoint.saved.back().arrays, all.saved.back().arrays);
    EXPECT_EQ(trainer.progress().epochs.size(), 8U);
  }
}

TEST(Trainer, RefusesACheckpointOfOtherOptionsOrData) {
  Setting setting;
  RecordedCheckpoint checkpoint;
  setting.options.checkpoint = &checkpoint;
  setting.trainer().run(nullptr);
  checkpoint.chosen = 0;
  setting.options.learning_rate = 0.5;
  EXPECT_THROW(setting.trainer().run(nullptr), Error);
  setting.options.learning_rate = 0;
  setting.options.threads = 2;  // does not matter
  EXPECT_NO_THROW(setting.trainer().run(nullptr));
  setting.samples.values(3, 49) += 1e-6F;
  EXPECT_THROW(setting.trainer().run(nullptr), Error);
}

TEST(Trainer, NamesWhereTheLossIsNotFiniteAndKeepsTheBestEpoch) {
  Setting setting;
  setting.network.change = [](int step, double loss) { return step == 8 ? NAN : loss; };
  auto trainer = setting.trainer();
  try {
    trainer.run(nullptr);
    FAIL();
  } catch (const training::NotFinite& error) {
    EXPECT_NE(std::string(error.what()).find("loss became nan in epoch 3, batch 2"),
              std::string::npos)
        << error.what();
  }
  EXPECT_EQ(trainer.progress().best_epoch, 2);
  for (const auto& [name, tensor] : trainer.best()) {
    for (const float value : tensor.values) EXPECT_TRUE(std::isfinite(value));
  }
}

TEST(Trainer, NamesTheBatchBeforeAValidationLossThatIsNotFinite) {
  for (const int bad : {1, 3}) {
    Setting setting;
    setting.network.validation = [&](int epoch) { return epoch == bad ? NAN : 1.0; };
    auto trainer = setting.trainer();
    try {
      trainer.run(nullptr);
      FAIL();
    } catch (const training::NotFinite& error) {
      const std::string place = "became nan in epoch " + std::to_string(bad) + ", after batch 3";
      EXPECT_NE(std::string(error.what()).find(place), std::string::npos) << error.what();
    }
    EXPECT_EQ(trainer.progress().best_epoch, bad == 1 ? 0 : 1);
  }
}

TEST(Trainer, StopsEarlyAndKeepsTheBest) {
  Setting setting;
  setting.options.patience = 2;
  RecordedCheckpoint checkpoint;
  setting.options.checkpoint = &checkpoint;
  setting.network.validation = [](int epoch) { return epoch == 3 ? 1.0 : 2.0 + epoch; };
  auto trainer = setting.trainer();
  trainer.run(nullptr);
  EXPECT_EQ(trainer.progress().epochs.size(), 5U);
  EXPECT_EQ(trainer.progress().best_epoch, 3);
  EXPECT_EQ(checkpoint.saved.back().arrays.at("best_weights"),
            checkpoint.saved[2].arrays.at("average"));
}

TEST(Trainer, WithoutValidationTheLastEpochIsTheResult) {
  Setting setting;
  setting.options.validation = 0;
  RecordedCheckpoint checkpoint;
  setting.options.checkpoint = &checkpoint;
  auto trainer = setting.trainer();
  trainer.run(nullptr);
  EXPECT_EQ(trainer.progress().best_epoch, 8);
  EXPECT_EQ(setting.network.validations, 0);
  EXPECT_EQ(checkpoint.saved.back().arrays.at("best_weights"),
            checkpoint.saved.back().arrays.at("average"));
}

TEST(Trainer, FingerprintNamesWhatDecides) {
  Setting setting;
  RecordedCheckpoint checkpoint;
  setting.options.checkpoint = &checkpoint;
  setting.trainer().run(nullptr);
  const auto fingerprint = nlohmann::json::parse(checkpoint.saved[0].fingerprint);
  for (const char* key :
       {"data", "network width", "device", "epochs", "batch", "learning rate", "seed"}) {
    EXPECT_TRUE(fingerprint.contains(key)) << key;
  }
  EXPECT_FALSE(fingerprint.contains("threads"));
}

}  // namespace
}  // namespace pellucid::test
