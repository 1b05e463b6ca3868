// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <filesystem>
#include <memory>

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
  }
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

// All of an experiment's files or none; what an earlier run left is replaced.
void write_experiment(const fs::path& folder, const ExperimentRecord& record) {
  const fs::path place = folder / record.name;
  const bool earlier = fs::exists(record_path(folder, record.name));
  const fs::path fresh = earlier ? folder / (record.name + ".new") : place;
  // What a kill between the last two lines left.
  if (earlier) fs::remove_all(fresh);
  OutputFolder output(fresh);
  const fs::path& at = output.working_path();
  const fs::path json = at / (record.name + ".json");
  write_text(json, record_json(record));
  // Pages are drawn from the file, so that they can be drawn from it again.
  const ExperimentReport report = experiment_report(read_record(json));
  write_text(at / "index.html", report.html);
  write_text(at / (record.name + ".csv"), report.csv);
  for (const FigureFile& figure : report.figures)
    write_text(at / (figure.name + ".svg"), figure.svg);
  output.commit();
  if (!earlier) return;
  fs::remove_all(place);
  fs::rename(fresh, place);
}

// Those of the folder, whether of this run or an earlier one.
std::vector<ExperimentRecord> records_in(const fs::path& folder) {
  std::vector<ExperimentRecord> records;
  for (const Experiment& one : experiments()) {
    const fs::path path = record_path(folder, one.name);
    if (fs::exists(path)) records.push_back(read_record(path));
  }
  return records;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(fmt::format("{}: {}", folder.string(), error.message()));
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

void run(const ReproduceArguments& arguments, const Common& common) {
  const fs::path folder = arguments.output;
  ReproduceOptions options;
  options.quick = arguments.quick;
  options.seed = arguments.seed;
  options.threads = common.threads;
  if (!arguments.images.empty()) options.images = arguments.images;
  if (!arguments.sounds.empty()) options.sounds = arguments.sounds;
  options.models = folder / "models";
  options.trainer = []() -> const NetworkTrainer& { return load_trainer(); };
  const auto experiments = chosen(arguments);
  make_folder(options.models);
  Console console(common.quiet);
  try {
    for (const Experiment* experiment : experiments) {
      const fs::path path = record_path(folder, experiment->name);
      const bool kept = !arguments.again && fs::exists(path) &&
                        is_current(read_record(path), *experiment, options);
      if (!kept) {
        write_experiment(folder,
                         run_experiment(*experiment, options, common.command_line, &console));
      }
      if (!common.quiet) print_verdict(*experiment, read_record(path), kept);
    }
  } catch (const Stopped&) {
    throw Stopped(fmt::format("interrupted; {} keeps what was done: the same command goes on",
                              arguments.output));
  }
  write_text(folder / "index.html", experiments_index(records_in(folder), common.command_line));
  if (!common.quiet) fmt::print("{}\n", (folder / "index.html").string());
}

}  // namespace

void add_reproduce(CLI::App& app, const Common& common) {
  auto arguments = std::make_shared<ReproduceArguments>();
  ReproduceArguments& a = *arguments;
  auto* command = app.add_subcommand("reproduce", "Check the papers' claims against the truth");
  command->add_option("NAME", a.names, "Experiments, 'all' of them, or 'list' to see which")
      ->required();
  command->add_option("-o,--output", a.output, "Folder for pages and numbers, one in it for each")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_flag("--quick", a.quick, "Smaller sizes: minutes instead of hours");
  command->add_flag("--again", a.again, "Also run what DIR has with the same settings");
  command->add_option("--seed", a.seed, "Seed of every draw")
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
