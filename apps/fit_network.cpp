// SPDX-License-Identifier: BSD-3-Clause
#include "fit_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "calibration_trials.hpp"
#include "load_trainer.hpp"
#include "pellucid/io/checkpoint_file.hpp"
#include "pellucid/io/model_file.hpp"

namespace pellucid::app {

namespace {

// Numbers of steps see the same noise, so their differences have small errors: enough to tell half
// a per cent, and a minute's work for a U-Net of pictures.
constexpr Index calibration_samples = 500, fewest_calibration_samples = 16;

// The levels to calibrate at: every 5 dB from -20 to 30 dB as far as the network was trained for
// them, and the ends of that.
std::vector<double> calibration_levels(const NetworkArchitecture& architecture,
                                       const Schedule& schedule) {
  const bool by_steps = architecture.conditioning == Conditioning::step;
  double low =
      by_steps ? to_db(schedule.level(schedule.steps()).snr()) : architecture.lowest_snr_db;
  double high = by_steps ? to_db(schedule.level(1).snr()) : architecture.highest_snr_db;
  constexpr double lowest = -20, highest = 30, apart = 5;
  if (low < highest && high > lowest) {
    low = std::max(low, lowest);
    high = std::min(high, highest);
  }
  std::vector<double> levels{low};
  for (double next = apart * (std::floor(low / apart) + 1); next < high; next += apart) {
    levels.push_back(next);
  }
  levels.push_back(high);
  return levels;
}

// Of whole samples or vectors alike: as the prior's own signals, whatever they were cut from. Their
// SNR is that of the model then, and in units of its scale they fit single precision.
template <class T>
CalibrationResult calibrate_on(const SampleSource<T>& source, const std::vector<Index>& samples,
                               const Model& model, const std::vector<double>& levels, int threads,
                               Console& console) {
  Model of_samples = model;
  of_samples.framing = Framing();
  of_samples.offset /= model.scale;
  of_samples.scale = of_samples.power = 1;
  const auto size = static_cast<Index>(samples.size());
  const Index count = std::min(calibration_samples, size);
  Matrix<T> clean(source.dim(), count);
  for (Index i = 0; i < count; ++i) {
    source.read(samples[static_cast<std::size_t>(i * size / count)], clean.middleCols(i, 1));
  }
  clean /= model.scale;
  using Single = std::conditional_t<is_complex<T>, std::complex<float>, float>;
  const Matrix<Single> single = clean.template cast<Single>();
  CalibrateOptions options;
  options.snr_db = levels;
  options.threads = threads;
  return calibrate<Single>(MatrixSignals<Single>(single, model.shape), of_samples, options,
                           &console);
}

// Pictures whose colours are their last axis, (32, 32, 3): convolutions take channels first.
void warn_of_colours(const std::vector<Index>& shape, const FitArguments& arguments,
                     const NetworkArchitecture& architecture, Console& console) {
  constexpr Index most_colours = 4, shortest_side = 8;
  const bool has_colours_last = shape.size() == 3 && shape[2] <= most_colours &&
                                std::min(shape[0], shape[1]) >= shortest_side;
  const bool by_default = arguments.network.architecture.empty() && architecture.kind() == "mlp";
  if (!has_colours_last || !by_default) return;
  console.warn(fmt::format(
      "signals of shape {} train an mlp: a unet takes colours first, as in {}; --network mlp says "
      "that it is meant",
      shape_text(shape), shape_text({shape[2], shape[0], shape[1]})));
}

}  // namespace

template <class T>
TrainedNetwork fit_network(const SampleSource<T>& source, const SampleSpace& space,
                           const FitArguments& arguments, int threads, Console& console) {
  NetworkTrainingOptions options = arguments.network.options();
  options.architecture = arguments.network.architecture_for(space.shape, is_complex<T>);
  warn_of_colours(space.shape, arguments, *options.architecture, console);
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
    if (options.checkpoint != nullptr) checkpoint.remove();  // it leads there again
    if (diverged.last_good == nullptr) {
      throw Error(
          fmt::format("{}; no epoch before that was good, no model is written", diverged.what()));
    }
    network.model = *diverged.last_good;
    network.failure = diverged.what();
    return network;
  }
  if (network.training.validation_samples < fewest_calibration_samples) return network;
  try {
    network.calibration =
        calibrate_on(source, network.training.validation_indices, network.model,
                     calibration_levels(*options.architecture, options.schedule), threads, console);
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
  if (training.passes_per_epoch > 1) {
    text += fmt::format("; an epoch is {} passes over them", training.passes_per_epoch);
  }
  text += "\n";
  if (training.validation_samples < fewest_calibration_samples) {
    text += fmt::format(
        "not calibrated: {} samples kept apart, {} needed: pellucid calibrate does it on clean "
        "signals\n",
        training.validation_samples, fewest_calibration_samples);
  }
  return text;
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
                             {"passes_per_epoch", network.training.passes_per_epoch},
                             {"epochs", epochs},
                             {"calibration", trials_json(network.calibration)}};
  return content.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

template TrainedNetwork fit_network(const SampleSource<double>&, const SampleSpace&,
                                    const FitArguments&, int, Console&);
template TrainedNetwork fit_network(const SampleSource<std::complex<double>>&, const SampleSpace&,
                                    const FitArguments&, int, Console&);

}  // namespace pellucid::app
