// SPDX-License-Identifier: BSD-3-Clause
#include "fit_network.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "calibration_trials.hpp"
#include "load_trainer.hpp"
#include "pellucid/io/checkpoint_file.hpp"
#include "pellucid/io/model_file.hpp"

namespace pellucid::app {

namespace {

// Enough for a standard error of a few per cent at every level, and done in a minute.
constexpr Index calibration_samples = 2000;

// Of whole samples or vectors alike: as the prior's own signals, whatever they were cut from.
template <class T>
CalibrationResult calibrate_on(const SampleSource<T>& source, const std::vector<Index>& samples,
                               const Model& model, int threads, Console& console) {
  Model of_samples = model;
  of_samples.framing = Framing();
  const Index count = std::min<Index>(calibration_samples, static_cast<Index>(samples.size()));
  Matrix<T> clean(source.dim(), count);
  for (Index i = 0; i < count; ++i) {
    source.read(samples[static_cast<std::size_t>(i)], clean.middleCols(i, 1));
  }
  using Single = std::conditional_t<is_complex<T>, std::complex<float>, float>;
  const Matrix<Single> single = clean.template cast<Single>();
  CalibrateOptions options;
  options.snr_db = parse_snr_range("-20:5:30");
  options.threads = threads;
  return calibrate<Single>(MatrixSignals<Single>(single, model.shape), of_samples, options,
                           &console);
}

// The model of the epochs before, in place of the one that was asked for.
[[noreturn]] void keep_last_good(const TrainingDiverged& diverged, const FitArguments& arguments) {
  if (diverged.last_good == nullptr) throw Error(diverged.what());
  OutputFile output(arguments.output);
  write_model(output, *diverged.last_good);
  output.commit();
  throw Error(fmt::format("{}; {} holds the weights of the epochs before", diverged.what(),
                          arguments.output));
}

}  // namespace

template <class T>
TrainedNetwork fit_network(const SampleSource<T>& source, const SampleSpace& space,
                           const FitArguments& arguments, int threads, Console& console) {
  NetworkTrainingOptions options = arguments.network.options();
  options.architecture = arguments.network.architecture_for(space.shape, is_complex<T>);
  if (!arguments.schedule.empty()) options.schedule = parse_schedule_argument(arguments.schedule);
  options.batch = arguments.batch;
  options.seed = arguments.seed;
  options.threads = threads;
  CheckpointFile checkpoint(arguments.checkpoint(), arguments.resume);
  warn_of_unfinished(checkpoint, arguments, console);
  if (!arguments.output_is_direct()) options.checkpoint = &checkpoint;
  TrainedNetwork network;
  try {
    network.model = load_trainer().train(source, space, options, &console, &network.training);
  } catch (const TrainingDiverged& diverged) {
    keep_last_good(diverged, arguments);
  }
  constexpr std::size_t fewest = 16;
  if (network.training.validation_indices.size() < fewest) return network;
  try {
    network.calibration =
        calibrate_on(source, network.training.validation_indices, network.model, threads, console);
    network.model.calibration = network.calibration.calibration;
  } catch (const Error& error) {
    console.warn(fmt::format("the model is not calibrated: {}", error.what()));
  }
  return network;
}

std::string training_text(const TrainedNetwork& network) {
  const NetworkTrainingReport& training = network.training;
  std::string text = fmt::format(
      "{} of {} weights, {} of {} epochs, {} training samples", training.architecture.kind(),
      training.weights, training.epochs.size(), training.epochs_planned, training.training_samples);
  if (training.validation_samples > 0 && training.best_epoch > 0) {
    const auto best = static_cast<std::size_t>(training.best_epoch - 1);
    text += fmt::format("; validation loss {:.5g} in epoch {}",
                        training.epochs[best].validation_loss, training.best_epoch);
  }
  return text + "\n";
}

std::string training_json(const TrainedNetwork& network, const RunSettings& settings) {
  using nlohmann::ordered_json;
  ordered_json made = ordered_json::object(), epochs = ordered_json::array();
  for (const auto& [name, value] : settings) made[name] = ordered_json::parse(value);
  for (const TrainingEpoch& epoch : network.training.epochs) {
    epochs.push_back({{"training_loss", epoch.training_loss},
                      {"validation_loss", epoch.validation_loss},  // NaN becomes null
                      {"learning_rate", epoch.learning_rate},
                      {"seconds", epoch.seconds}});
  }
  const ordered_json content{{"settings", made},
                             {"best_epoch", network.training.best_epoch},
                             {"epochs", epochs},
                             {"calibration", trials_json(network.calibration)}};
  return content.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

template TrainedNetwork fit_network(const SampleSource<double>&, const SampleSpace&,
                                    const FitArguments&, int, Console&);
template TrainedNetwork fit_network(const SampleSource<std::complex<double>>&, const SampleSpace&,
                                    const FitArguments&, int, Console&);

}  // namespace pellucid::app
