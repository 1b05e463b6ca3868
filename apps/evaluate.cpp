// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "inputs.hpp"
#include "memory.hpp"
#include "method_options.hpp"
#include "outputs.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/report/evaluation_json.hpp"
#include "pellucid/report/figures.hpp"
#include "pellucid/report/page.hpp"
#include "pellucid/version.hpp"
#include "precision_option.hpp"
#include "report_outputs.hpp"

namespace pellucid::app {

namespace {

struct EvaluateArguments {
  std::vector<std::string> clean, models, methods{"auto"}, snr_db;
  std::string truth, steps = "all", rule = "posterior", schedule, precision = "auto";
  MemoryLimit memory;
  ReportArguments outputs;
  Index first = no_limit;
  double resampling = 1.0;
  int draws = 16;
  std::uint64_t seed = 1;
};

EvaluateOptions evaluate_options(const EvaluateArguments& arguments, int threads) {
  EvaluateOptions options;
  for (const std::string& range : arguments.snr_db) {
    for (const double snr_db : parse_snr_range(range)) options.snr_db.push_back(snr_db);
  }
  options.methods.clear();
  for (const std::string& method : arguments.methods) {
    options.methods.push_back(parse_method_argument(method));
  }
  options.estimate.steps = parse_steps(arguments.steps);
  options.estimate.rule = parse_rule_argument(arguments.rule);
  options.estimate.resampling = arguments.resampling;
  options.estimate.draws = arguments.draws;
  options.estimate.precision = parse_precision_argument(arguments.precision);
  options.estimate.seed = arguments.seed;
  options.estimate.threads = threads;
  constexpr Index pictures = 8;
  const ReportArguments& outputs = arguments.outputs;
  if (!outputs.report.empty() || !outputs.figures.empty()) options.gallery_samples = pictures;
  return options;
}

NamedModel read_named(const std::string& path, const EvaluateArguments& arguments) {
  NamedModel named{std::filesystem::path(path).stem().string(), read_model(path)};
  change_schedule(named.model, arguments.schedule);
  return named;
}

template <class Value>
std::string json_text(const Value& value) {
  // File names need not be valid UTF-8; results must be.
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

RunSettings run_settings(const EvaluateArguments& arguments, const Common& common,
                         const Evaluation& evaluation, const Model& model) {
  return {{"version", json_text(version)},
          {"command_line", json_text(common.command_line)},
          {"clean", json_text(arguments.clean)},
          {"models", json_text(arguments.models)},
          {"truth", arguments.truth.empty() ? "null" : json_text(arguments.truth)},
          {"samples", json_text(evaluation.samples)},
          {"signal_power", json_text(evaluation.signal_power)},
          {"methods", json_text(arguments.methods)},
          {"steps", json_text(arguments.steps)},
          {"schedule", json_text(model.schedule.text())},
          {"rule", json_text(arguments.rule)},
          {"resampling", json_text(arguments.resampling)},
          {"draws", json_text(arguments.draws)},
          {"precision", json_text(arguments.precision)},
          {"seed", json_text(arguments.seed)}};
}

void print_table(const Evaluation& evaluation) {
  fmt::print("{:>7}  {:>10}  {:<16} {:<18} {:>11}  {:>10}  {:>10}\n", "SNR/dB", "noise std",
             "method", "model", "NMSE", "+-", evaluation.truth ? "excess" : "");
  for (const EvaluationRow& row : evaluation.rows) {
    fmt::print("{:>7.4g}  {:>10.4g}  {:<16} {:<18} {:>11.5g}  {:>10}  {:>10}\n", row.snr_db,
               row.noise_std, row.method, row.model, row.nmse,
               std::isnan(row.nmse_stderr) ? "" : fmt::format("{:.2g}", row.nmse_stderr),
               row.excess ? fmt::format("{:.3g}", *row.excess) : "");
  }
}

void run(const EvaluateArguments& arguments, const Common& common) {
  if (arguments.clean.empty()) {
    throw UsageError(
        "CLEAN is required: name the test samples before -m, which takes every name "
        "after it");
  }
  EvaluateOptions options = evaluate_options(arguments, common.threads);
  Console console(common.quiet);
  std::vector<NamedModel> models;
  for (const std::string& path : arguments.models) models.push_back(read_named(path, arguments));
  const bool patches = std::all_of(models.begin(), models.end(), [](const NamedModel& named) {
    return named.model.framing.kind == Framing::Kind::patches;
  });
  const Inputs inputs(arguments.clean, arguments.first, patches);
  for (std::size_t i = 0; i < models.size(); ++i) {
    check_fits(inputs, models[i].model, arguments.models[i]);
  }
  std::optional<NamedModel> truth;
  if (!arguments.truth.empty()) {
    truth = read_named(arguments.truth, arguments);
    check_exact(truth->model, arguments.truth, "--truth");
    check_fits(inputs, truth->model, arguments.truth);
  }
  std::vector<std::string> read = names_of(inputs.files());
  read.insert(read.end(), arguments.models.begin(), arguments.models.end());
  read.push_back(arguments.truth);
  check_apart(read, arguments.outputs.outputs());
  ReportOutputs outputs(arguments.outputs);

  Evaluation evaluation;
  dispatch(inputs.is_complex(), inputs.is_double(), [&]<class T>() {
    constexpr int copies = 8;  // clean, noise, noisy, estimates, and what they are made from
    options.block_entries = arguments.memory.block_entries(sizeof(T), copies);
    evaluation = inputs.named([&] {
      return evaluate<T>(InputSignals<T>(inputs), models, truth ? &*truth : nullptr, options,
                         &console);
    });
  });

  const RunSettings settings = run_settings(arguments, common, evaluation, models.front().model);
  if (outputs.has_json()) outputs.write_json(evaluation_json(evaluation, settings));
  if (outputs.has_page()) {
    const std::string title = arguments.outputs.title.empty()
                                  ? fmt::format("{} on {}", models.front().name, inputs.label())
                                  : arguments.outputs.title;
    outputs.write_page(page_html({title, common.command_line, settings, evaluation}));
  }
  if (outputs.has_figures()) outputs.write_figures(figures(evaluation));
  console.check_stop();
  outputs.commit();
  if (!common.quiet) print_table(evaluation);
}

}  // namespace

void add_evaluate(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<EvaluateArguments>();
  EvaluateArguments& a = *arguments;
  auto* evaluate =
      app.add_subcommand("evaluate", "Measure estimates against each other and the optimum");
  evaluate->add_option("CLEAN", a.clean,
                       "Clean test signals, to which noise is added: .npy, .npz[:NAME],\n"
                       ".mat[:NAME], IDX, PNG, WAV, FLAC, CSV, folders; - for standard input");
  evaluate->add_option("-m,--model", a.models, "Model file, several to compare")
      ->required()
      ->type_name("MODEL");
  evaluate
      ->add_option("--truth", a.truth,
                   "Model the samples were drawn from: measures the gap to the\n"
                   "conditional mean")
      ->type_name("MODEL");
  evaluate
      ->add_option("--snr-db", a.snr_db, "SNRs in dB: start:step:stop or a list a,b,c; repeatable")
      ->required()
      ->allow_extra_args(false)
      ->type_name("RANGE");
  evaluate
      ->add_option("--method", a.methods,
                   "auto, one-step, mean-forwarding, average, sample; repeatable")
      ->allow_extra_args(false)
      ->type_name("NAME")
      ->default_str("auto");
  evaluate
      ->add_option("--steps", a.steps,
                   "Steps of the reverse process: all of the schedule, or K;\nunder auto alone "
                   "they ask for mean-forwarding")
      ->type_name("K|all")
      ->capture_default_str();
  evaluate
      ->add_option("--schedule", a.schedule,
                   "Schedule in place of the models': KIND,T or KIND,T,BETA_1,BETA_T")
      ->type_name("KIND,T");
  evaluate->add_option("--rule", a.rule, "Step rule: posterior, renoise or ddim; not of one-step")
      ->type_name("RULE")
      ->capture_default_str();
  evaluate->add_option("--resampling", a.resampling, "average, sample: re-sampling strength")
      ->check(not_negative())
      ->type_name("R")
      ->capture_default_str();
  evaluate->add_option("--draws", a.draws, "average: number of posterior draws")
      ->check(count_from_one())
      ->type_name("M")
      ->capture_default_str();
  evaluate->add_option("--first", a.first, "Use the first COUNT samples only")
      ->check(size_from_one())
      ->type_name("COUNT");
  add_precision_option(*evaluate, a.precision, "that of calibrate");
  add_report_options(*evaluate, a.outputs);
  add_memory_option(*evaluate, a.memory);
  evaluate->add_option("--seed", a.seed, "Seed of the noise and of the samples")
      ->check(seed_number())
      ->type_name("N")
      ->capture_default_str();
  evaluate->footer(
      "Examples:\n"
      "  pellucid evaluate test.npy -m model.safetensors --snr-db -10:5:20 --json results.json\n"
      "  pellucid evaluate test.npy -m a.safetensors -m b.safetensors --snr-db 0 --report p.html\n"
      "  pellucid evaluate draws.npy -m truth.safetensors --truth truth.safetensors --snr-db "
      "-20:10:20 \\\n"
      "      --method one-step --method mean-forwarding\n\n"
      "NMSE is sum |x - xhat|^2 / sum |x - mean|^2 with its standard error; SNR refers to the "
      "test\n"
      "samples' average variance about their mean.");
  evaluate->callback([evaluate, arguments, &common] {
    settle_methods(*evaluate, arguments->methods, arguments->rule);
    run(*arguments, common);
  });
}

}  // namespace pellucid::app
