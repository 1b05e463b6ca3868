// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "arguments.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "console.hpp"
#include "load_trainer.hpp"
#include "pellucid/io/output_file.hpp"
#include "pellucid/io/output_folder.hpp"
#include "pellucid/report/rasterise.hpp"
#include "pellucid/report/reproduce_report.hpp"
#include "pellucid/reproduce/verdict.hpp"

namespace pellucid::app {

namespace {

namespace fs = std::filesystem;

struct ReproduceArguments {
  std::vector<std::string> names;
  std::string output = "reproduced";
  bool quick = false, again = false;
  std::uint64_t seed = 1;
  std::string images, sounds;
};

void print_list() {
  for (const Experiment& one : experiments()) {
    fmt::print("{:<18} {}, {}\n    {}\n", one.name, one.paper, one.time, one.claim);
    if (!one.data.empty()) fmt::print("    Reads {}.\n", one.data);
  }
  fmt::print(
      "    Times are of full runs with one thread; with --quick each takes seconds. few-steps and\n"
      "    lipschitz share a network that cme-gap-vs-steps trains (12 of its 30 min), frequencies\n"
      "    and jacobians share models.\n");
}

std::vector<const Experiment*> chosen(const ReproduceArguments& arguments) {
  std::vector<const Experiment*> result;
  for (const std::string& name : arguments.names) {
    if (name == "all") {
      for (const Experiment& one : experiments()) result.push_back(&one);
    } else {
      try {
        result.push_back(&find_experiment(name));
      } catch (const Error& error) {
        throw UsageError(error.what());
      }
    }
  }
  return result;
}

fs::path record_path(const fs::path& folder, const std::string& name) {
  return folder / name / (name + ".json");
}

void write_text(const fs::path& path, const std::string& text) {
  OutputFile file(path);
  file.write(text);
  file.commit();
}

// Everything is drawn from the record, so that it can be drawn from it again.
void write_pages(const fs::path& place, const ExperimentRecord& record) {
  const ExperimentReport report = experiment_report(record);
  write_text(place / "index.html", report.html);
  write_text(place / (record.name + ".csv"), report.csv);
  for (const FigureFile& figure : report.figures) {
    write_text(place / (figure.name + ".svg"), figure.svg);
  }
}

// All of an experiment's files or none; what an earlier run left is replaced.
void write_experiment(const fs::path& folder, const ExperimentRecord& record) {
  const fs::path place = folder / record.name;
  const bool earlier = fs::exists(place);
  const fs::path fresh = earlier ? folder / (record.name + ".new") : place;
  // What a kill between the last two lines left.
  if (earlier) fs::remove_all(fresh);
  OutputFolder output(fresh);
  const fs::path json = output.working_path() / (record.name + ".json");
  write_text(json, record_json(record));
  write_pages(output.working_path(), read_record(json));
  output.commit();
  if (!earlier) return;
  fs::remove_all(place);
  fs::rename(fresh, place);
}

// The record of a folder; none where there is none, or one that cannot be read.
std::optional<ExperimentRecord> record_in(const fs::path& folder, const std::string& name,
                                          Monitor& monitor) {
  const fs::path path = record_path(folder, name);
  if (!fs::exists(path)) return {};
  try {
    return read_record(path);
  } catch (const Error& error) {
    monitor.warn(fmt::format("{}; it counts as not run", error.what()));
    return {};
  }
}

// Of all experiments that the folder has, of this run or an earlier one.
void write_index(const fs::path& folder, const std::string& command_line, Monitor& monitor) {
  std::vector<ExperimentRecord> records;
  for (const Experiment& one : experiments()) {
    if (auto record = record_in(folder, one.name, monitor)) records.push_back(std::move(*record));
  }
  write_text(folder / "index.html", experiments_index(records, command_line));
}

void make_folder(const fs::path& folder) {
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    throw Error(fmt::format("{}: is a file: give --output a folder", folder.string()));
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw Error(fmt::format("{}: {}: give --output a folder that can be written", folder.string(),
                            error.message()));
  }
}

void print_verdict(const Experiment& experiment, const ExperimentRecord& record, bool kept) {
  const Judgement judgement = judge(experiment, record.findings);
  fmt::print("{}: {}{}\n", experiment.name, name(judgement.verdict), kept ? " (kept)" : "");
  for (const JudgedStatement& one : judgement.statements) {
    fmt::print("    {:<9} {}: {}: {:.3g} +- {:.1g}, {} {:g}\n", name(one.outcome),
               one.statement.condition, one.statement.quantity, one.measured.value,
               one.measured.error,
               one.statement.side == Statement::Side::at_most ? "at most" : "at least",
               one.statement.bound);
  }
  (void)std::fflush(stdout);
}

ReproduceOptions options_of(const ReproduceArguments& arguments, const Common& common) {
  ReproduceOptions options;
  options.quick = arguments.quick;
  options.seed = arguments.seed;
  options.threads = common.threads;
  if (!arguments.images.empty()) options.images = arguments.images;
  if (!arguments.sounds.empty()) options.sounds = arguments.sounds;
  options.models = fs::path(arguments.output) / "models";
  options.trainer = []() -> const NetworkTrainer& { return load_trainer(); };
  return options;
}

void run_one(const Experiment& experiment, const ReproduceOptions& options,
             const ReproduceArguments& arguments, const Common& common, Console& console) {
  const fs::path folder = arguments.output;
  auto record = arguments.again ? std::nullopt : record_in(folder, experiment.name, console);
  const bool kept = record && is_current(*record, experiment, options);
  if (kept) {
    // Judged anew: the tests' number is that of this program's statements.
    write_text(record_path(folder, experiment.name), record_json(*record));
    write_pages(folder / experiment.name, *record);
  } else {
    record = run_experiment(experiment, options, common.command_line, &console);
    write_experiment(folder, *record);
  }
  write_index(folder, common.command_line, console);
  if (!common.quiet) print_verdict(experiment, *record, kept);
}

void run(const ReproduceArguments& arguments, const Common& common) {
  const auto experiments = chosen(arguments);
  const ReproduceOptions options = options_of(arguments, common);
  make_folder(arguments.output);
  make_folder(options.models);
  Console console(common.quiet);
  std::string failed;
  for (const Experiment* experiment : experiments) {
    try {
      run_one(*experiment, options, arguments, common, console);
    } catch (const Stopped&) {
      throw Stopped(fmt::format("interrupted; {} keeps what was done: the same command goes on",
                                arguments.output));
    } catch (const Error& error) {
      if (experiments.size() == 1) throw;
      console.warn(fmt::format("{} did not run: {}", experiment->name, error.what()));
      failed += (failed.empty() ? "" : ", ") + experiment->name;
    }
  }
  if (!failed.empty()) {
    throw Error(
        fmt::format("{} did not run, for the reasons above: mend them, and the same "
                    "command goes on",
                    failed));
  }
  if (!common.quiet) fmt::print("{}\n", (fs::path(arguments.output) / "index.html").string());
}

}  // namespace

void add_reproduce(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<ReproduceArguments>();
  ReproduceArguments& a = *arguments;
  auto* command = app.add_subcommand("reproduce", "Check the papers' claims against the truth");
  command->add_option("NAME", a.names, "Experiments, 'all' of them, or 'list' to see which")
      ->required();
  command->add_option("-o,--output", a.output, "Folder for pages and numbers, one in it for each")
      ->check(file_name())
      ->type_name("DIR")
      ->capture_default_str();
  command->add_flag("--quick", a.quick, "Smaller sizes: minutes instead of hours");
  command->add_flag("--again", a.again, "Also run what DIR has with the same settings");
  command->add_option("--seed", a.seed, "Seed of every draw")
      ->check(seed_number())
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--images", a.images, "Folder of Fashion-MNIST's four files")
      ->type_name("DIR");
  command->add_option("--sounds", a.sounds, "Folder of recorded speech, WAV")->type_name("DIR");
  command->footer(
      "Every experiment has a claim, what the mathematics lets expect, and tests that were stated\n"
      "before it ran. DIR/index.html puts them side by side; DIR/NAME has JSON, CSV, SVG and a "
      "page.\nWhat DIR has already is kept where its settings are the same.\n\n"
      "Examples:\n"
      "  pellucid reproduce list\n"
      "  pellucid reproduce cme-gap-vs-steps --quick -o reproduced\n"
      "  pellucid reproduce all --quick -o reproduced");
  command->callback([arguments, &common] {
    if (arguments->names == std::vector<std::string>{"list"}) return print_list();
    run(*arguments, common);
  });
}

}  // namespace pellucid::app
