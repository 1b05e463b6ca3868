// SPDX-License-Identifier: BSD-3-Clause
#include "training/batches.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "pellucid/base/parallel.hpp"
#include "pellucid/base/random.hpp"

namespace pellucid::training {

namespace {

constexpr Index rows_of_a_task = 16;

// Fisher and Yates.
void shuffle(std::vector<Index>& numbers, std::uint64_t seed, std::uint32_t pass) {
  const RandomStream random(seed, Purpose::training_order);
  for (std::size_t i = numbers.size(); i > 1; --i) {
    const double u = random.uniform(i, pass, 0);
    const auto j = std::min(static_cast<std::size_t>(u * static_cast<double>(i)), i - 1);
    std::swap(numbers[i - 1], numbers[j]);
  }
}

Index time_channels_of(const NetworkArchitecture& architecture) {
  if (const auto* unet = std::get_if<UnetArchitecture>(&architecture.layers)) {
    return unet->channels_init;
  }
  if (const auto* cnn = std::get_if<CnnArchitecture>(&architecture.layers)) {
    return cnn->time_channels;
  }
  return std::get<MlpArchitecture>(architecture.layers).time_channels;
}

// As `LevelFeatures` of the inference engine.
void embed(double number, Eigen::Ref<Eigen::VectorXf> out) {
  const Index half = out.size() / 2;
  out.setZero();
  for (Index i = 0; i < half; ++i) {
    const double angle =
        number * std::pow(1e4, -static_cast<double>(i) / static_cast<double>(half - 1));
    out(i) = static_cast<float>(std::sin(angle));
    out(half + i) = static_cast<float>(std::cos(angle));
  }
}

}  // namespace

BatchMaker::BatchMaker(const TrainingSamples& samples, const NetworkArchitecture& architecture,
                       const Recipe& recipe, const NetworkTrainingOptions& options)
    : samples_(samples),
      levels_(architecture, options.schedule, options.weighting),
      recipe_(recipe),
      time_channels_(time_channels_of(architecture)),
      seed_(options.seed),
      squared_(options.loss == TrainingLoss::l2),
      threads_(options.threads),
      shuffled_(static_cast<std::size_t>(samples.count())) {
  std::iota(shuffled_.begin(), shuffled_.end(), Index{0});
  shuffle(shuffled_, seed_, 0);
}

void BatchMaker::make_training(Index step, TrainingBatch& batch) {
  const Index pass = step / recipe_.steps_per_pass;
  if (pass != order_pass_) {
    order_.assign(shuffled_.begin() + recipe_.validation_samples, shuffled_.end());
    shuffle(order_, seed_, static_cast<std::uint32_t>(pass + 1));
    order_pass_ = pass;
  }
  const Index first = step % recipe_.steps_per_pass * recipe_.batch;
  make(std::span(order_).subspan(static_cast<std::size_t>(first),
                                 static_cast<std::size_t>(recipe_.batch)),
       BatchUse::training, step, batch);
}

Index BatchMaker::validation_batches() const {
  return (recipe_.validation_samples + recipe_.batch - 1) / recipe_.batch;
}

std::vector<Index> BatchMaker::validation_indices() const {
  std::vector<Index> indices(shuffled_.begin(), shuffled_.begin() + recipe_.validation_samples);
  std::sort(indices.begin(), indices.end());
  return indices;
}

void BatchMaker::make_validation(Index number, TrainingBatch& batch) const {
  const Index first = number * recipe_.batch;
  const Index rows = std::min(recipe_.batch, recipe_.validation_samples - first);
  make(
      std::span(shuffled_).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(rows)),
      BatchUse::validation, number, batch);
}

void BatchMaker::make_statistics(Index number, TrainingBatch& batch) const {
  const Index first = recipe_.validation_samples + number % recipe_.steps_per_pass * recipe_.batch;
  make(std::span(shuffled_).subspan(static_cast<std::size_t>(first),
                                    static_cast<std::size_t>(recipe_.batch)),
       BatchUse::statistics, number, batch);
}

void BatchMaker::make(std::span<const Index> chosen, BatchUse use, Index step,
                      TrainingBatch& batch) const {
  const Index entries = samples_.entries();
  batch.rows = static_cast<Index>(chosen.size());
  batch.group = group_of(batch.rows, recipe_.group);
  batch.inputs.resize(entries, batch.rows);
  batch.targets.resize(entries, batch.rows);
  batch.embedding.resize(time_channels_, batch.levels());
  batch.weights.resize(batch.levels());

  const auto draw = static_cast<std::uint32_t>(use);
  const RandomStream level_numbers(seed_, Purpose::training_level, draw);
  const RandomStream noise(seed_, Purpose::training_noise, draw);
  const auto number = static_cast<std::uint32_t>(step);
  // A level from every one of `levels()` equal parts of the range: less varies from step to step.
  std::vector<TrainingLevel> levels;
  levels.reserve(static_cast<std::size_t>(batch.levels()));
  for (Index i = 0; i < batch.levels(); ++i) {
    const double u = level_numbers.uniform(static_cast<std::uint64_t>(i), number, 0);
    levels.push_back(
        levels_.at((static_cast<double>(i) + u) / static_cast<double>(batch.levels())));
    embed(levels.back().number, batch.embedding.col(i));
    // Parts of complex entries have variance 1/2: twice their squares is an entry's.
    const double parts = samples_.complex ? 2.0 : 1.0;
    const double weight = parts * levels.back().weight;
    batch.weights(i) = static_cast<float>(squared_ ? weight : std::sqrt(weight));
  }
  const double deviation = samples_.complex ? std::numbers::sqrt2 / 2 : 1.0;
  const Index tasks = (batch.rows + rows_of_a_task - 1) / rows_of_a_task;
  parallel_for(tasks, threads_, [&](Index task, int) {
    const Index first = task * rows_of_a_task;
    const Index rows = std::min(rows_of_a_task, batch.rows - first);
    noise.normal<float>(static_cast<std::uint64_t>(first), number,
                        batch.inputs.middleCols(first, rows));
    for (Index row = first; row < first + rows; ++row) {
      const TrainingLevel& level = levels[static_cast<std::size_t>(row / batch.group)];
      const auto clean = samples_.values.col(chosen[static_cast<std::size_t>(row)]);
      auto input = batch.inputs.col(row);
      batch.targets.col(row) = static_cast<float>(level.target_clean) * clean +
                               static_cast<float>(level.target_noise * deviation) * input;
      input = static_cast<float>(level.clean) * clean +
              static_cast<float>(level.noise * deviation) * input;
    }
  });
}

}  // namespace pellucid::training
