// SPDX-License-Identifier: BSD-3-Clause
#include "training/recipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pellucid/base/parallel.hpp"

namespace pellucid::training {

namespace {

constexpr Index most_validation_samples = 4096;
// Small data make short passes: validation and records after each would cost more than learning.
constexpr Index fewest_steps_of_epoch = 100;

/// What a kind of network is trained with where nothing is asked for; found by experiments on
/// mixtures, Fashion-MNIST and channels.
struct Defaults {
  Index batch, group;
  double learning_rate, weight_decay;
  Index steps;
};

Defaults defaults_of(const NetworkArchitecture& architecture) {
  // Scales and shifts of an MLP cost as much as its blocks: signals share them.
  if (architecture.kind() == "mlp") return {512, 16, 2e-3, 0.05, 30000};
  if (architecture.kind() == "cnn") return {64, 1, 2e-3, 0, 8000};
  return {64, 1, 2e-3, 0, 4000};
}

// Whether products of bf16 numbers are instructions of this processor.
bool multiplies_bf16() {
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

Index divided_up(Index number, Index divisor) { return (number + divisor - 1) / divisor; }

void require(bool good, const std::string& message) {
  if (!good) throw Error(message);
}

}  // namespace

void check_options(const NetworkTrainingOptions& options) {
  require(options.epochs >= 0, fmt::format("epochs: {}: give 1 or more", options.epochs));
  require(options.batch >= 0, fmt::format("batch: {}: give 1 or more", options.batch));
  require(options.learning_rate >= 0 && options.learning_rate <= 1,
          fmt::format("learning rate: {}: give a number above 0, up to 1", options.learning_rate));
  require(options.warm_up >= 0 && options.warm_up < 1,
          fmt::format("warm-up: {}: give a share from 0 to below 1", options.warm_up));
  const double weight_decay = options.weight_decay.value_or(0);
  require(weight_decay >= 0 && weight_decay <= 1,
          fmt::format("weight decay: {}: give a number from 0 to 1", weight_decay));
  require(options.average_decay >= 0 && options.average_decay < 1,
          fmt::format("decay of the average: {}: give a number from 0 to below 1",
                      options.average_decay));
  require(options.clip_norm >= 0 && std::isfinite(options.clip_norm),
          fmt::format("clip norm: {}: give a number from 0", options.clip_norm));
  require(options.validation >= 0 && options.validation <= 0.5,
          fmt::format("validation: {}: give a share from 0 to 0.5", options.validation));
  require(options.save_every >= 0,
          fmt::format("time between saves: {}: give seconds, 0 or more", options.save_every));
  require(options.patience >= 0, fmt::format("patience: {}: give 0 or more", options.patience));
  require(options.patience == 0 || options.validation > 0,
          "patience: needs a validation loss: give a share of validation above 0");
}

double Recipe::rate_at(Index step) const {
  const double rising = warm_up * static_cast<double>(steps());
  const double done = static_cast<double>(step) + 1.0;
  if (done < rising) return learning_rate * done / rising;
  const double fraction = (done - rising) / (static_cast<double>(steps()) - rising + 1.0);
  return learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * fraction));
}

Recipe make_recipe(const NetworkTrainingOptions& options, const NetworkArchitecture& architecture,
                   Index samples, Monitor* monitor) {
  require(samples >= 2, fmt::format("{} sample: a network needs two or more", samples));
  const Defaults defaults = defaults_of(architecture);
  Recipe recipe;
  if (options.validation > 0) {
    const double share = std::round(options.validation * static_cast<double>(samples));
    recipe.validation_samples =
        std::clamp<Index>(static_cast<Index>(share), 1, most_validation_samples);
  }
  recipe.training_samples = samples - recipe.validation_samples;
  const Index batch = options.batch > 0 ? options.batch : defaults.batch;
  recipe.batch = std::min(batch, recipe.training_samples);
  if (recipe.batch < options.batch) {
    warn(monitor, fmt::format("only {} samples to learn from: each step takes all of them, not {}",
                              recipe.batch, batch));
  }
  recipe.group = group_of(recipe.batch, defaults.group);
  recipe.learning_rate = options.learning_rate > 0 ? options.learning_rate : defaults.learning_rate;
  recipe.weight_decay = options.weight_decay.value_or(defaults.weight_decay);
  recipe.warm_up = options.warm_up;
  recipe.steps_per_pass = recipe.training_samples / recipe.batch;
  recipe.epochs = options.epochs;
  if (options.epochs == 0) {
    recipe.passes_per_epoch = divided_up(fewest_steps_of_epoch, recipe.steps_per_pass);
    recipe.epochs = static_cast<int>(divided_up(defaults.steps, recipe.steps_per_epoch()));
  }
  recipe.bf16 = options.precision == TrainingPrecision::bf16 ||
                (options.precision == TrainingPrecision::automatic &&
                 options.device == TrainingDevice::cpu && multiplies_bf16());
  return recipe;
}

}  // namespace pellucid::training
