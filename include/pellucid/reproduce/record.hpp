// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>

#include "pellucid/reproduce/experiment.hpp"

namespace pellucid {

/// A run that took place: what `NAME/NAME.json` holds, and all that its pages are made of.
struct ExperimentRecord {
  std::string name;  ///< of the experiment
  RunSettings settings;
  std::string command_line;
  std::string version;   ///< of the program that made it
  std::string revision;  ///< the commit that it was built from, may be empty
  std::string date;      ///< "2026-11-22", UTC
  std::string machine;   ///< "AMD EPYC 9755, 2 threads, avx512"
  double seconds = 0.0;
  Findings findings;
};

/// What decides the result of a run: whether it is a quick one, the experiment's own settings, and
/// the statements' bounds.
[[nodiscard]] RunSettings run_settings(const Experiment& experiment,
                                       const ReproduceOptions& options);

/// Runs an experiment. Throws what its run throws.
[[nodiscard]] ExperimentRecord run_experiment(const Experiment& experiment,
                                              const ReproduceOptions& options,
                                              const std::string& command_line,
                                              Monitor* monitor = nullptr);

/// `{"experiment", ..., "settings": {...}, "statements": [...], "verdict", "figures": [...]}`,
/// numbers with all their digits, null for what is not finite.
[[nodiscard]] std::string record_json(const ExperimentRecord& record);

/// Reads it back. Throws `Error`, first word the path, for what `record_json` does not write.
[[nodiscard]] ExperimentRecord read_record(const std::filesystem::path& path);

/// Whether a record answers for a run with these options: settings and version are the same. A
/// revision that differs does not count, or every commit would run everything again.
[[nodiscard]] bool is_current(const ExperimentRecord& record, const Experiment& experiment,
                              const ReproduceOptions& options);

}  // namespace pellucid
