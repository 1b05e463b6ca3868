// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <memory>

#include "analyze_arguments.hpp"
#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "outputs.hpp"
#include "pellucid/analysis/trajectory.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/report/analysis_json.hpp"
#include "pellucid/report/analysis_report.hpp"
#include "report_outputs.hpp"

namespace pellucid::app {

namespace {

struct TrajectoryArguments {
  SourceArguments source;
  std::string model, mode, weights = "projection";
  ReportArguments outputs;
  double resampling = 0.0;
  bool generate = false, variance_preserving = false, fixed_basis = false;
  Index count = 256, bands = 8;
};

// A model's own process is the standard one, that of the linear theory is `project`.
LinearMode mode_of(const TrajectoryArguments& arguments) {
  if (arguments.mode.empty()) {
    return arguments.model.empty() ? LinearMode::project : LinearMode::standard;
  }
  return as_usage("--mode", [&] { return parse_linear_mode(arguments.mode); });
}

TrajectoryOptions options_of(const TrajectoryArguments& arguments, int threads) {
  TrajectoryOptions options;
  options.mode = mode_of(arguments);
  options.noise_std = arguments.source.levels();
  options.resampling = arguments.resampling;
  options.variance_preserving = arguments.variance_preserving;
  options.weights = as_usage("--weights", [&] { return parse_linear_weights(arguments.weights); });
  options.fixed_basis = arguments.fixed_basis;
  options.bands = arguments.bands;
  options.count = arguments.count;
  options.seed = arguments.source.seed;
  options.threads = threads;
  return options;
}

void check(const CLI::App& command, const TrajectoryArguments& arguments) {
  const SourceArguments& source = arguments.source;
  if (mode_of(arguments) != LinearMode::standard) {
    refuse_given(command, {"--resampling"}, "--mode standard");
  }
  if (!source.clean.empty() && !arguments.generate) {
    refuse_given(command, {"--count"}, "--generate or --spikes");
  }
  if (arguments.model.empty()) {
    source.check(command);
    return;
  }
  refuse_given(command, {"--spikes"}, "linear denoisers, not --model");
  refuse_given(command,
               {"--weights", "--fixed-basis", "--variance-preserving", "--fresh", "--dim",
                "--samples", "--complex", "--center", "--basis"},
               "linear denoisers, not --model");
  if (arguments.generate && !source.clean.empty()) {
    throw UsageError("both CLEAN and --generate given: with a model name one of them");
  }
}

template <class T>
Trajectory follow_model(const TrajectoryArguments& arguments, Model model,
                        const std::optional<Inputs>& inputs, TrajectoryOptions options,
                        std::string& note, Console& console) {
  Matrix<T> clean;
  if (inputs) {
    check_fits(*inputs, model, arguments.model);
    clean = inputs->named([&] { return read_all<T>(*inputs); });
  }
  // Directions are those of several signals, else of the model.
  const Index signals = clean.cols() > 1 ? clean.cols() : model.dim() + 1;
  ComponentCount components = arguments.source.component_count_of(model.dim(), signals);
  options.components = components.value;
  note = std::move(components.note);
  return follow_trajectory<T>(Estimator<T>(std::move(model), options.threads), clean, options,
                              &console);
}

// Of data every fourth signal is held out of the fits and taken through the process.
template <class T>
Trajectory follow_data(const TrajectoryArguments& arguments, const Inputs& inputs,
                       const TrajectoryOptions& options, std::string& note, Console& console) {
  constexpr Index every = 4;
  const Matrix<T> all = read_all<T>(inputs);
  const Index held = all.cols() / every, kept = all.cols() - held;
  if (held < 1) {
    throw Error(
        fmt::format("{} signals: give {} or more, every fourth of which is denoised and "
                    "the others fitted",
                    all.cols(), every));
  }
  Matrix<T> training(all.rows(), kept), clean(all.rows(), held);
  for (Index j = 0, to = 0; j < all.cols(); ++j) {
    if (j % every == every - 1) {
      clean.col(j / every) = all.col(j);
    } else {
      training.col(to++) = all.col(j);
    }
  }
  if (arguments.generate) clean.resize(all.rows(), 0);
  const SourceArguments& source = arguments.source;
  ComponentCount components = source.component_count_of(all.rows(), kept);
  note = std::move(components.note);
  return follow_linear_trajectory<T>(
      TrainingSignals<T>(std::move(training), components.value, source.fresh_choice(), source.seed),
      clean, inputs.common_shape(), options, &console);
}

template <class T>
Trajectory follow_synthetic(const TrajectoryArguments& arguments, const TrajectoryOptions& options,
                            Console& console) {
  const SourceArguments& source = arguments.source;
  const TrainingSignals<T> training(source.model(), source.fresh_choice(), source.seed);
  const Matrix<T> clean = arguments.generate ? Matrix<T>() : training.unseen(arguments.count);
  return follow_linear_trajectory<T>(training, clean, {training.dim()}, options, &console);
}

void print_step(const TrajectoryStep& step) {
  fmt::print("{:>5}  {:>10.4g}  {:>10}  {:>12}", step.step, step.noise_std,
             step.nmse ? fmt::format("{:.4g}", *step.nmse) : "",
             step.spectrum.empty() ? "" : fmt::format("{:.5g}", step.spectrum.front()));
  if (step.linear) {
    const std::vector<double>& product = step.linear->product;
    fmt::print("  {:>14}  {:>12.4g}",
               product.size() > 1 ? fmt::format("{:.3g}", product[1] / product[0]) : "",
               step.linear->leading_cos2);
  }
  fmt::print("\n");
}

void print_table(const Trajectory& trajectory) {
  fmt::print("{:>5}  {:>10}  {:>10}  {:>12}{}\n", "step", "noise std", "NMSE", "1st variance",
             trajectory.linear ? "   2nd/1st of all  cos2 of 1st" : "");
  constexpr std::size_t lines = 20;
  const std::size_t count = trajectory.steps.size(), every = (count + lines - 1) / lines;
  for (std::size_t i = 0; i < count; ++i) {
    if ((count - 1 - i) % every == 0) print_step(trajectory.steps[i]);
  }
}

void run(const TrajectoryArguments& arguments, const Common& common) {
  const SourceArguments& source = arguments.source;
  const TrajectoryOptions options = options_of(arguments, common.threads);
  Console console(common.quiet);
  std::optional<Inputs> inputs;
  if (!source.clean.empty()) inputs.emplace(source.clean, source.first);
  std::vector<std::string> read = inputs ? names_of(inputs->files()) : std::vector<std::string>{};
  read.push_back(arguments.model);
  check_apart(read, arguments.outputs.outputs());
  ReportOutputs outputs(arguments.outputs);

  std::optional<Model> model;
  if (!arguments.model.empty()) model = read_model(arguments.model);
  const bool complex_data = model    ? model->is_complex()
                            : inputs ? inputs->is_complex()
                                     : source.complex_data;
  Trajectory trajectory;
  std::string note;
  dispatch(complex_data, true, [&]<class T>() {
    if constexpr (std::is_same_v<RealOf<T>, double>) {
      trajectory =
          model    ? follow_model<T>(arguments, std::move(*model), inputs, options, note, console)
          : inputs ? inputs->named(
                         [&] { return follow_data<T>(arguments, *inputs, options, note, console); })
                   : follow_synthetic<T>(arguments, options, console);
    }
  });
  RunSettings settings = source_settings(source, common.command_line);
  settings.emplace_back("model", arguments.model.empty() ? "null" : json_string(arguments.model));
  settings.emplace_back("weights", json_string(arguments.weights));
  if (outputs.has_json()) outputs.write_json(trajectory_json(trajectory, settings));
  if (outputs.has_page() || outputs.has_figures()) {
    outputs.write(trajectory_report(
        trajectory, {title_of(arguments.outputs, source, inputs), common.command_line, settings}));
  }
  console.check_stop();
  outputs.commit();
  if (common.quiet) return;
  print_table(trajectory);
  if (!note.empty()) fmt::print("{}.\n", note);
}

void add_process_options(CLI::App& command, TrajectoryArguments& a) {
  command.add_option("-m,--model", a.model, "Follow this model in place of linear denoisers")
      ->type_name("MODEL");
  command
      .add_option("--mode", a.mode,
                  "project, renoise or standard; by default standard of a model, else project")
      ->type_name("MODE");
  command.add_option("--weights", a.weights, "Linear denoisers: projection, plug-in or optimal")
      ->type_name("NAME")
      ->capture_default_str();
  command.add_flag("--fixed-basis", a.fixed_basis,
                   "Linear denoisers: the cleanest level's directions at every level");
  command.add_option("--resampling", a.resampling, "standard: 0 forwards the mean, 1 samples")
      ->check(not_negative())
      ->type_name("R")
      ->capture_default_str();
  command.add_flag("--generate", a.generate, "From pure noise, not from observations");
  command.add_flag("--variance-preserving", a.variance_preserving,
                   "Pure noise of variance 1 + S^2, not S^2, at the first level S");
  command.add_option("-n,--count", a.count, "Signals drawn or generated")
      ->check(size_from_one())
      ->type_name("COUNT")
      ->capture_default_str();
  command.add_option("--bands", a.bands, "Frequency bands")
      ->check(size_from_one())
      ->type_name("B")
      ->capture_default_str();
  add_report_options(command, a.outputs, "Write the results as JSON: a row per step");
}

}  // namespace

void add_analyze_trajectory(CLI::App& analyze, const Common& common) {
  auto arguments = std::make_shared<TrajectoryArguments>();
  TrajectoryArguments& a = *arguments;
  auto* command = analyze.add_subcommand(
      "trajectory", "A reverse process step by step: error, frequencies, spectrum");
  a.source.synthetic_fresh = Fresh::noise;
  add_process_options(*command, a);
  add_source_options(*command, a.source, "0.05:10:100log");
  command->footer(
      "Examples:\n"
      "  pellucid analyze trajectory --spikes 16,8,4 --dim 64 --samples 128 --json steps.json\n"
      "  pellucid analyze trajectory clean.npy -m model.safetensors --noise-std 0.1:2:10log");
  command->callback([command, arguments, &common] {
    check(*command, *arguments);
    run(*arguments, common);
  });
}

}  // namespace pellucid::app
