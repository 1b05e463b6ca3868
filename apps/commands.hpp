// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace pellucid::app {

/// Options every command has.
struct Common {
  bool quiet = false;
  int threads = 0;
  std::string command_line;  ///< as typed, for results and reports
};

/// Each declares a subcommand; `common` outlives the parse.
void add_fit(CLI::App& app, const Common& common);
void add_denoise(CLI::App& app, const Common& common);
void add_sample(CLI::App& app, const Common& common);
void add_evaluate(CLI::App& app, const Common& common);
void add_corrupt(CLI::App& app, const Common& common);
void add_calibrate(CLI::App& app, const Common& common);
void add_import(CLI::App& app, const Common& common);
void add_export(CLI::App& app, const Common& common);
void add_shrink(CLI::App& app, const Common& common);
void add_noise(CLI::App& app, const Common& common);
void add_info(CLI::App& app, const Common& common);
void add_reproduce(CLI::App& app, const Common& common);
void add_analyze(CLI::App& app, const Common& common);
/// The commands of `analyze`.
void add_analyze_alignment(CLI::App& analyze, const Common& common);
void add_analyze_trajectory(CLI::App& analyze, const Common& common);

}  // namespace pellucid::app
