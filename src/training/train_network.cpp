// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/training/train_network.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "training/torch_network.hpp"
#include "training/trainer.hpp"

namespace pellucid {

namespace {

using training::Recipe;
using training::Trainer;

template <class T>
Model finished(Model model, const NetworkArchitecture& architecture, NamedTensors tensors) {
  NetworkPrior<T> prior{architecture, std::make_shared<const NamedTensors>(std::move(tensors))};
  if constexpr (is_complex<T>) {
    model.prior = ComplexPrior(std::move(prior));
  } else {
    model.prior = RealPrior(std::move(prior));
  }
  model.validate();
  return model;
}

void add_settings(Model& model, const NetworkTrainingOptions& options, const Recipe& recipe,
                  const training::TrainingProgress& progress) {
  auto settings = nlohmann::json::parse(model.settings);
  settings["loss"] = name(options.loss);
  settings["weighting"] = name(options.weighting);
  settings["epochs"] = progress.epochs.size();
  settings["epochs_planned"] = recipe.epochs;
  settings["passes_per_epoch"] = recipe.passes_per_epoch;
  settings["best_epoch"] = progress.best_epoch;
  settings["batch"] = recipe.batch;
  settings["learning_rate"] = recipe.learning_rate;
  settings["warm_up"] = recipe.warm_up;
  settings["average_decay"] = options.average_decay;
  settings["weight_decay"] = recipe.weight_decay;
  settings["clip_norm"] = options.clip_norm;
  settings["precision"] = recipe.bf16 ? "bf16" : "f32";
  settings["validation_samples"] = recipe.validation_samples;
  settings["seed"] = options.seed;
  auto training_losses = nlohmann::json::array(), validation_losses = nlohmann::json::array();
  for (const TrainingEpoch& epoch : progress.epochs) {
    training_losses.push_back(epoch.training_loss);
    if (recipe.validation_samples > 0) validation_losses.push_back(epoch.validation_loss);
  }
  settings["training_losses"] = training_losses;
  settings["validation_losses"] = validation_losses;
  model.settings = settings.dump();
}

void fill(NetworkTrainingReport& report, const NetworkArchitecture& architecture,
          const Recipe& recipe, const training::TrainingProgress& progress) {
  report.architecture = architecture;
  report.weights = training::WeightLayout(architecture).learnt;
  report.training_samples = recipe.training_samples;
  report.validation_samples = recipe.validation_samples;
  report.batch = recipe.batch;
  report.epochs_planned = recipe.epochs;
  report.passes_per_epoch = recipe.passes_per_epoch;
  report.bf16 = recipe.bf16;
  report.best_epoch = progress.best_epoch;
  report.epochs = progress.epochs;
}

template <class T>
NetworkArchitecture architecture_of(const NetworkTrainingOptions& options, const SampleSpace& space,
                                    Index dim) {
  NetworkArchitecture architecture = options.architecture
                                         ? *options.architecture
                                         : default_architecture(space.shape, is_complex<T>);
  architecture.validate();
  if (is_complex<T> && architecture.data_shape.front() % 2 != 0) {
    throw Error(fmt::format(
        "network: data_shape begins with {} for complex samples: give an even number of channels, "
        "real parts and imaginary parts",
        architecture.data_shape.front()));
  }
  const Index entries = is_complex<T> ? 2 * dim : dim;
  if (architecture.entries() != entries) {
    throw Error(fmt::format(
        "network: it takes {} numbers, a sample has {}{}: give data_shape with that "
        "product",
        architecture.entries(), entries, is_complex<T> ? " (real and imaginary parts)" : ""));
  }
  return architecture;
}

template <class T>
Model train(const SampleSource<T>& clean, const SampleSpace& space,
            const NetworkTrainingOptions& options, Monitor* monitor,
            NetworkTrainingReport* report) {
  training::check_options(options);
  const NetworkArchitecture architecture = architecture_of<T>(options, space, clean.dim());
  const Recipe recipe = training::make_recipe(options, architecture, clean.count(), monitor);
  // Operations of an MLP are too short to be shared: two threads take longer than one.
  const bool shares = !std::holds_alternative<MlpArchitecture>(architecture.layers);
  const training::TorchThreads threads(shares ? options.threads : 1);
  const auto network =
      training::make_torch_network(architecture, options.loss, options.device, recipe.bf16);
  auto read = training::read_samples(clean, space, monitor);
  const training::TrainingSamples& samples = read.first;
  Model& model = read.second;
  model.schedule = options.schedule;
  Trainer trainer(samples, architecture, recipe, options, *network);
  const auto model_now = [&] {
    add_settings(model, options, recipe, trainer.progress());
    return finished<T>(model, architecture, trainer.best());
  };
  const auto tell = [&] {
    if (report == nullptr) return;
    fill(*report, architecture, recipe, trainer.progress());
    report->validation_indices = trainer.batches().validation_indices();
  };
  try {
    trainer.run(monitor);
  } catch (const training::NotFinite& error) {
    tell();
    const bool has_model = trainer.progress().best_epoch > 0;
    throw TrainingDiverged(error.what(),
                           has_model ? std::make_shared<const Model>(model_now()) : nullptr);
  }
  tell();
  return model_now();
}

}  // namespace

template <class T>
Model train_network(const SampleSource<T>& clean, const SampleSpace& space,
                    const NetworkTrainingOptions& options, Monitor* monitor,
                    NetworkTrainingReport* report) {
  try {
    return train(clean, space, options, monitor, report);
  } catch (...) {
    training::rethrow_torch_error();
  }
}

#define PELLUCID_INSTANTIATE(T)                                               \
  template Model train_network<T>(const SampleSource<T>&, const SampleSpace&, \
                                  const NetworkTrainingOptions&, Monitor*,    \
                                  NetworkTrainingReport*);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
