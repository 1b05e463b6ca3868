// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/calibrate.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "arguments.hpp"
#include "calibration_trials.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "inputs.hpp"
#include "memory.hpp"
#include "outputs.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/version.hpp"
#include "precision_option.hpp"

namespace pellucid::app {

namespace {

struct CalibrateArguments {
  std::vector<std::string> clean;
  std::string model, output, json, precision = "auto";
  std::vector<std::string> snr_db{"-20:5:30"};
  std::vector<int> steps{CalibrateOptions().steps};
  Index first = 0;
  std::uint64_t seed = 1;
  MemoryLimit memory;
};

CalibrateOptions options_of(const CalibrateArguments& arguments, int threads) {
  CalibrateOptions options;
  for (const std::string& range : arguments.snr_db) {
    const auto levels = parse_snr_range(range);
    options.snr_db.insert(options.snr_db.end(), levels.begin(), levels.end());
  }
  options.steps = arguments.steps;
  options.precision = parse_precision_argument(arguments.precision);
  options.seed = arguments.seed;
  options.threads = threads;
  return options;
}

std::string json_of(const CalibrationResult& result, const CalibrateArguments& arguments,
                    const Common& common) {
  const nlohmann::ordered_json content{{"settings",
                                        {{"version", version},
                                         {"command_line", common.command_line},
                                         {"clean", arguments.clean},
                                         {"model", arguments.model},
                                         {"seed", arguments.seed}}},
                                       {"results", trials_json(result)}};
  return content.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void print_table(const CalibrationResult& result) {
  fmt::print("{:>7}  {:>6}  {:<6}  {:>11}  {:>9}  {:>12}  {:>9}\n", "SNR/dB", "steps", "in", "NMSE",
             "+-", "to one step", "+-");
  for (const CalibrationTrial& trial : result.trials) {
    fmt::print("{:>7.4g}  {:>5}{}  {:<6}  {:>11.5g}  {:>9.2g}  {:>12.3g}  {:>9.2g}\n", trial.snr_db,
               trial.steps, trial.chosen ? '*' : ' ', name(trial.precision), trial.nmse,
               trial.nmse_stderr, trial.difference, trial.difference_stderr);
  }
}

void run(const CalibrateArguments& arguments, const Common& common) {
  CalibrateOptions options = options_of(arguments, common.threads);
  Console console(common.quiet);
  Model model = read_model(arguments.model);
  const Inputs inputs(arguments.clean, arguments.first > 0 ? arguments.first : no_limit,
                      model.framing.kind == Framing::Kind::patches);
  check_fits(inputs, model, arguments.model);
  check_apart(names_of(inputs.files()), {arguments.output, arguments.json});
  OutputFile output(arguments.output);
  std::optional<OutputFile> json;
  if (!arguments.json.empty()) json.emplace(arguments.json);

  CalibrationResult result;
  dispatch(inputs.is_complex(), inputs.is_double(), [&]<class T>() {
    constexpr int copies = 8;  // clean, noise, noisy, estimates, and what they are made from
    options.block_entries = arguments.memory.block_entries(sizeof(T), copies);
    result = inputs.named(
        [&] { return calibrate<T>(InputSignals<T>(inputs), model, options, &console); });
  });
  model.calibration = result.calibration;
  write_model(output, model);
  if (json) json->write(json_of(result, arguments, common));
  console.check_stop();
  output.commit();
  if (json) json->commit();
  if (!common.quiet) print_table(result);
}

}  // namespace

void add_calibrate(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<CalibrateArguments>();
  CalibrateArguments& a = *arguments;
  auto* calibrate = app.add_subcommand(
      "calibrate", "Choose the number of steps for every SNR by validation data");
  calibrate
      ->add_option("CLEAN", a.clean,
                   "Clean signals that the model was not fitted to, formats as of evaluate")
      ->required();
  calibrate->add_option("-m,--model", a.model, "Model file")->required()->type_name("MODEL");
  calibrate->add_option("-o,--output", a.output, "Model file to write; may be the same")
      ->required()
      ->check(model_file_name())
      ->type_name("MODEL");
  calibrate
      ->add_option("--snr-db", a.snr_db, "SNRs in dB: start:step:stop or a list a,b,c; repeatable")
      ->allow_extra_args(false)
      ->type_name("RANGE")
      ->capture_default_str();
  calibrate->add_option("--steps", a.steps, "Numbers of steps to try; 1 always is")
      ->delimiter(',')
      ->check(count_from_one())
      ->type_name("K,K,...")
      ->capture_default_str();
  calibrate->add_option("--first", a.first, "Use the first COUNT signals only")
      ->check(size_from_one())
      ->type_name("COUNT");
  calibrate->add_option("--json", a.json, "Every error as JSON")
      ->check(file_name())
      ->type_name("FILE");
  add_precision_option(*calibrate, a.precision, "bf16 where it suffices");
  add_memory_option(*calibrate, a.memory);
  calibrate->add_option("--seed", a.seed, "Seed of the noise")
      ->check(seed_number())
      ->type_name("N")
      ->capture_default_str();
  calibrate->footer(
      "Example:\n"
      "  pellucid calibrate valid.npy -m model.safetensors -o model.safetensors --snr-db "
      "-10:5:20\n\n"
      "For every SNR the number of steps of mean forwarding with the lowest error is stored in "
      "the\n"
      "model; denoise --method auto takes that of the nearest SNR. An exact prior needs one step;\n"
      "for networks a few are often better. Precision auto tries bf16 too, where the processor has "
      "it,\nand stores it where it costs less than 0.5 % of the error.");
  calibrate->callback([arguments, &common] { run(*arguments, common); });
}

}  // namespace pellucid::app
