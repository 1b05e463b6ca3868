// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/reproduce/record.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <fstream>

#include "pellucid/base/instruction_set.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/version.hpp"

namespace pellucid {

namespace {

// Linux names the processor there; elsewhere it stays unknown.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

}  // namespace

RunSettings run_settings(const Experiment& experiment, const ReproduceOptions& options) {
  RunSettings settings{{"sizes", options.quick ? "\"quick\"" : "\"full\""}};
  for (auto& one : experiment.settings(options)) settings.push_back(std::move(one));
  std::string bounds;
  for (const Statement& one : experiment.statements) {
    bounds += fmt::format("{}{}", bounds.empty() ? "" : ",", one.bound);
  }
  settings.emplace_back("bounds", fmt::format("\"{}\"", bounds));
  return settings;
}

ExperimentRecord run_experiment(const Experiment& experiment, const ReproduceOptions& options,
                                const std::string& command_line, Monitor* monitor) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  ExperimentRecord record;
  record.name = experiment.name;
  record.settings = run_settings(experiment, options);
  record.findings = experiment.run(options, monitor);
  record.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  record.command_line = command_line;
  record.version = version;
  record.revision = revision();
  record.date = fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr)));
  record.machine = fmt::format("{}, {} threads, {}", processor(), thread_count(options.threads),
                               instruction_set());
  return record;
}

bool is_current(const ExperimentRecord& record, const Experiment& experiment,
                const ReproduceOptions& options) {
  return record.name == experiment.name && record.version == version &&
         record.settings == run_settings(experiment, options);
}

}  // namespace pellucid
