// SPDX-License-Identifier: BSD-3-Clause
#include "denoise_run.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <tuple>

#include "arguments.hpp"
#include "block_estimator.hpp"
#include "console.hpp"
#include "noise_finder.hpp"
#include "outputs.hpp"
#include "pellucid/io/model_file.hpp"
#include "power_check.hpp"
#include "precision_option.hpp"

namespace pellucid::app {

namespace {

constexpr int copies = 6;  // noisy, in model units, estimates, and what they are made from

// Estimators of one model, made when a file first asks for their arithmetic.
class Estimators {
 public:
  Estimators(const Model& model, const Observation& observation, const DenoiseArguments& arguments,
             int threads)
      : model_(model), observation_(observation), arguments_(arguments), threads_(threads) {}

  template <class T>
  const BlockEstimator<T>& get() {
    auto& estimator = std::get<std::optional<BlockEstimator<T>>>(made_);
    if (!estimator) {
      estimator.emplace(model_, observation_, !arguments_.std_output.empty(), threads_,
                        arguments_.memory.block_entries(sizeof(T), copies));
    }
    return *estimator;
  }

 private:
  template <class... T>
  using Optionals = std::tuple<std::optional<BlockEstimator<T>>...>;

  const Model& model_;
  const Observation& observation_;
  const DenoiseArguments& arguments_;
  int threads_;
  Optionals<float, double, std::complex<float>, std::complex<double>> made_;
};

EstimateOptions estimate_options(const DenoiseArguments& arguments, int threads) {
  EstimateOptions options;
  options.method = parse_method_argument(arguments.method);
  options.steps = parse_steps(arguments.steps);
  options.rule = parse_rule_argument(arguments.rule);
  options.resampling = arguments.resampling;
  options.draws = arguments.draws;
  options.precision = parse_precision_argument(arguments.precision);
  options.seed = arguments.seed;
  options.threads = threads;
  return options;
}

void check_noise(const Noise& noise, const Model& model, const InputFile& file,
                 const DenoiseArguments& arguments) {
  const auto variances = noise.model_variances(model);
  for (const double v : variances) {
    if (!std::isfinite(v)) {
      throw Error(fmt::format("{}: noise too large for double precision: check its unit",
                              arguments.observation.noise_name()));
    }
  }
  const auto count = static_cast<Index>(variances.size());
  if (count != 1 && count != file.count()) {
    throw Error(
        fmt::format("{}: {} standard deviations for the {} samples of {}: give one for each",
                    arguments.observation.noise_name(), count, file.count(), file.name()));
  }
}

// The noise of a block of signals.
Noise part_of(const Noise& noise, const Model& model, SignalBlock block) {
  std::vector<double> all = noise.standard_deviations(model);
  if (all.size() == 1) return noise;
  const auto first = all.begin() + block.first;
  return Noise::std_per_sample({first, first + block.count});
}

// Where one file's answers go: the estimates, and their deviations where asked for.
struct Answers {
  ArrayWriter& estimates;
  ArrayWriter* deviations;
};

// One run of the command: what all files share.
struct Run {
  const DenoiseArguments& arguments;
  const Model& model;
  Noise noise;
  EstimateOptions options;
  bool is_direct;  // false: observed through an operator
  Console& console;
  NoiseFinder* finder;  // of each file's noise; null where that is known
  bool quiet;

  // The same run for one file, whose noise has been found.
  [[nodiscard]] Run of(const InputFile& file) const {
    Run run = *this;
    if (finder == nullptr) return run;
    const NoiseEstimate found = finder->find(file, &console);
    if (!quiet) fmt::print(stderr, "{}: noise {}\n", file.name(), noise_text(found));
    run.noise = Noise::std(found.noise_std);
    return run;
  }

  // True where observations are a network's own vectors in white noise.
  [[nodiscard]] bool knows_power() const {
    return model.kind() == "network" && model.framing.is_none() && is_direct;
  }
  [[nodiscard]] const std::vector<Index>& shape_of(const InputFile& file) const {
    return is_direct ? file.signal_shape() : model.shape;
  }
  [[nodiscard]] std::vector<Index> answer_shape(const InputFile& file) const {
    std::vector<Index> shape{file.count()};
    const std::vector<Index>& sample = shape_of(file);
    shape.insert(shape.end(), sample.begin(), sample.end());
    return shape;
  }
  // Entries of observations in hand together, so that those of signals and draws stay in bounds.
  [[nodiscard]] Index block_entries(const InputFile& file, std::size_t entry_bytes) const {
    const Index entries = arguments.memory.block_entries(entry_bytes, copies);
    if (is_direct) return entries;
    const auto observed = static_cast<double>(entries_of(file.signal_shape()));
    const double draws = options.method == Method::average ? options.draws : 1;
    const double held = std::max(observed, draws * static_cast<double>(model.dim()));
    return std::max<Index>(1, static_cast<Index>(static_cast<double>(entries) * observed / held));
  }
};

// Estimates one file block by block; `number` is that of its first signal among all. Returns the
// mean number of evaluations.
template <class T>
double denoise_file(const Run& run, const InputFile& file, Index number,
                    const BlockEstimator<T>& estimator, const Answers& answers) {
  const InputSignals<T> signals(file);
  const Index entries = entries_of(file.signal_shape());
  const Index most = estimator.block_of(run.block_entries(file, sizeof(T)) / entries) * entries;
  EstimateOptions options = run.options;
  const Task task(&run.console, name(options.method), static_cast<double>(signals.count()));
  double evaluations = 0;
  SignalBlock block;
  for (Index first = 0; first < signals.count(); first += block.count) {
    block = block_from(signals, first, most);
    Matrix<T> noisy(entries, block.count);
    signals.read(first, noisy);
    if (first == 0 && run.knows_power()) {
      warn_of_scale<T>(noisy, run.model, part_of(run.noise, run.model, block), file.name(),
                       run.console);
    }
    options.first_sample = static_cast<std::uint64_t>(number + first);
    PartMonitor part(&run.console, static_cast<double>(first),
                     static_cast<double>(first + block.count), "");
    const BlockEstimates<T> estimates = file.named([&] {
      return estimator.estimate(noisy, file.signal_shape(), part_of(run.noise, run.model, block),
                                options, &part);
    });
    answers.estimates.write(from_samples<T>(estimates.signals, run.shape_of(file)));
    if (answers.deviations != nullptr) {
      answers.deviations->write(from_samples<RealOf<T>>(estimates.deviations, run.shape_of(file)));
    }
    evaluations += estimates.evaluations * static_cast<double>(block.count) /
                   static_cast<double>(signals.count());
  }
  return evaluations;
}

std::string how(const Run& run, double evaluations) {
  const Method method = run.options.method;
  if (run.is_direct) {
    const double rounded = std::round(10 * evaluations) / 10;  // a mean over samples
    return fmt::format("denoised by {}, {:g} evaluation{} each", name(method), rounded,
                       rounded == 1 ? "" : "s");
  }
  if (method == Method::sample) return "drawn from their exact posteriors";
  if (method == Method::average) {
    return fmt::format("estimated by the mean of {} exact posterior draws", run.options.draws);
  }
  return "estimated by their exact posterior mean";
}

Observation read_observation_for(const Model& model, const DenoiseArguments& arguments) {
  if (has_complex_signals(model)) {
    return read_observation<std::complex<double>>(arguments.observation, model, arguments.model);
  }
  return read_observation<double>(arguments.observation, model, arguments.model);
}

// Noise is estimated before the signals are read once more.
void check_twice_readable(const Inputs& inputs, const ObservationArguments& observation) {
  if (!observation.is_estimated() || inputs.label() != "-") return;
  throw Error(
      "standard input: is read once, --noise auto reads twice: give a file, or --noise-std from "
      "pellucid noise");
}

void check_names(const DenoiseArguments& arguments) {
  std::vector<std::string> files = arguments.observation.files();
  files.push_back(arguments.model);
  check_apart(files, {arguments.output, arguments.std_output});
  if (arguments.output == "-" && arguments.std_output == "-") {
    throw UsageError("-: is the output already: name a file for --std");
  }
}

// Estimates all files; returns what to tell of it. All outputs appear together, when the last is
// done.
std::string denoise_all(const Run& all, const Inputs& inputs, Estimators& estimators) {
  const DenoiseArguments& arguments = all.arguments;
  const bool wants_deviations = !arguments.std_output.empty();
  Outputs outputs(inputs.files(), arguments.output);
  std::optional<Outputs> std_outputs;
  if (wants_deviations) std_outputs.emplace(inputs.files(), arguments.std_output);
  std::string summary;
  Index number = 0;
  for (std::size_t i = 0; i < inputs.files().size(); ++i) {
    const InputFile& file = inputs.files()[i];
    const Run run = all.of(file);
    check_noise(run.noise, run.model, file, arguments);
    const bool wide = file.type() == DType::float64 || file.type() == DType::complex128;
    dispatch(inputs.is_complex(), wide, [&]<class T>() {
      const std::vector<Index> shape = run.answer_shape(file);
      ArrayWriter& writer = outputs.open(i, dtype_of<T>(), shape);
      ArrayWriter* deviations =
          wants_deviations ? &std_outputs->open(i, dtype_of<RealOf<T>>(), shape) : nullptr;
      const double evaluations =
          denoise_file<T>(run, file, number, estimators.get<T>(), {writer, deviations});
      summary += fmt::format("{}: {} {}{}\n", outputs.name(i), counted(file), how(run, evaluations),
                             writer.remark());
      if (wants_deviations) {
        summary += fmt::format("{}: posterior standard deviations{}\n", std_outputs->name(i),
                               deviations->remark());
      }
    });
    number += file.count();
  }
  all.console.check_stop();
  outputs.commit();
  if (std_outputs) std_outputs->commit();
  return summary;
}

}  // namespace

void run_denoise(const DenoiseArguments& arguments, const Common& common) {
  const EstimateOptions options = estimate_options(arguments, common.threads);
  const Noise noise = arguments.observation.known_noise();
  const bool is_direct = !arguments.observation.operator_file.has_value();
  check_names(arguments);
  Console console(common.quiet);
  Model model = read_model(arguments.model);
  change_schedule(model, arguments.schedule);
  check_observation(arguments.observation, arguments.std_output, options.method, model,
                    arguments.model);
  const Observation observation = read_observation_for(model, arguments);
  const bool patches = model.framing.kind == Framing::Kind::patches;
  const Inputs inputs(arguments.noisy, no_limit, patches);
  check_twice_readable(inputs, arguments.observation);
  if (is_direct) {
    check_fits(inputs, model, arguments.model);
  } else {
    const Index observed =
        std::visit([&](const auto& known) { return known.observed(model.dim()); }, observation);
    check_observations(inputs, observed, *arguments.observation.operator_file, model,
                       arguments.model);
  }
  Estimators estimators(model, observation, arguments, common.threads);
  NoiseFinder finder(&model, NoiseEstimator::automatic, common.threads);
  const bool is_known = !arguments.observation.is_estimated();
  const Run all{
      arguments,   model, noise, options, is_direct, console, is_known ? nullptr : &finder,
      common.quiet};
  const std::string summary = denoise_all(all, inputs, estimators);
  if (!common.quiet) {
    const bool piped = arguments.output == "-" || arguments.std_output == "-";
    fmt::print(summary_stream(piped ? "-" : arguments.output), "{}", summary);
  }
}

}  // namespace pellucid::app
