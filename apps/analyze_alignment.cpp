// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <memory>

#include "analyze_arguments.hpp"
#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "outputs.hpp"
#include "pellucid/analysis/alignment.hpp"
#include "pellucid/report/analysis_json.hpp"
#include "pellucid/report/analysis_report.hpp"
#include "report_outputs.hpp"

namespace pellucid::app {

namespace {

struct AlignmentArguments {
  SourceArguments source;
  int repeats = 10;
  ReportArguments outputs;
};

template <class T>
TrainingSignals<T> training_of(const SourceArguments& source, const std::optional<Inputs>& inputs,
                               std::string& note) {
  const Fresh fresh = source.fresh_choice();
  if (!inputs) return TrainingSignals<T>(source.model(), fresh, source.seed);
  return inputs->named([&] {
    Matrix<T> signals = read_all<T>(*inputs);
    ComponentCount components = source.component_count_of(signals.rows(), signals.cols());
    note = std::move(components.note);
    return TrainingSignals<T>(std::move(signals), components.value, fresh, source.seed);
  });
}

void print_table(const Alignment& alignment) {
  fmt::print("{:>9}  {:>12}  {:>14}  {:>16}  {:>16}\n", "component", "variance", "emerges below",
             "cos2 1/2, theory", "cos2 1/2, found");
  for (const Emergence& one : alignment.emergence) {
    fmt::print("{:>9}  {:>12.5g}  {:>14.4g}  {:>16.4g}  {:>16}\n", one.component, one.variance,
               one.threshold_std, one.half_std_theory,
               std::isnan(one.half_std) ? "" : fmt::format("{:.4g}", one.half_std));
  }
  fmt::print(
      "Noise standard deviations. Squared cosines differ from the theory's by {:.4f} in the mean\n"
      "({:.4f} with the mixing between components).\n",
      alignment.mean_difference, alignment.mean_difference_mixing);
}

void run(const AlignmentArguments& arguments, const Common& common) {
  const SourceArguments& source = arguments.source;
  const AlignmentOptions options{source.levels(), arguments.repeats, common.threads};
  Console console(common.quiet);
  std::optional<Inputs> inputs;
  if (!source.is_synthetic()) inputs.emplace(source.clean, source.first);
  check_apart(inputs ? names_of(inputs->files()) : std::vector<std::string>{},
              arguments.outputs.outputs());
  ReportOutputs outputs(arguments.outputs);

  const bool complex_data = inputs ? inputs->is_complex() : source.complex_data;
  Alignment alignment;
  std::string note;
  dispatch(complex_data, true, [&]<class T>() {
    if constexpr (std::is_same_v<RealOf<T>, double>) {
      alignment = measure_alignment(training_of<T>(source, inputs, note), options, &console);
    }
  });
  const RunSettings settings = source_settings(source, common.command_line);
  if (outputs.has_json()) outputs.write_json(alignment_json(alignment, settings));
  if (outputs.has_page() || outputs.has_figures()) {
    outputs.write(alignment_report(
        alignment, {title_of(arguments.outputs, source, inputs), common.command_line, settings}));
  }
  console.check_stop();
  outputs.commit();
  if (common.quiet) return;
  print_table(alignment);
  if (!note.empty()) fmt::print("{}.\n", note);
}

}  // namespace

void add_analyze_alignment(CLI::App& analyze, const Common& common) {
  auto arguments = std::make_shared<AlignmentArguments>();
  AlignmentArguments& a = *arguments;
  auto* command = analyze.add_subcommand(
      "alignment", "Eigenvectors of noisy data against the true ones, beside the spiked model");
  add_source_options(*command, a.source, "0.05:10:21log");
  command->add_option("--repeats", a.repeats, "Repetitions to average over, for error bars")
      ->check(count_from_one())
      ->type_name("R")
      ->capture_default_str();
  add_report_options(*command, a.outputs,
                     "Write the results as JSON: a row per level and component");
  command->footer(
      "The reference of data is the basis of the clean samples' covariance. White noise looks the\n"
      "same in every basis, so canonical directions serve as well as random ones and cost less.\n"
      "Equal spikes have a subspace, no directions: their squared cosines are with that.\n\n"
      "Examples:\n"
      "  pellucid analyze alignment --spikes 16,8,4 --dim 64 --samples 128 --json alignment.json\n"
      "  pellucid analyze alignment clean.npy --components 3 --noise-std 0.1:2:5log --report "
      "a.html");
  command->callback([command, arguments, &common] {
    arguments->source.check(*command);
    run(*arguments, common);
  });
}

}  // namespace pellucid::app
