// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pellucid/io/output_file.hpp"
#include "pellucid/io/output_folder.hpp"
#include "pellucid/report/analysis_report.hpp"

namespace pellucid::app {

/// Where results for people and programs go; empty for nowhere.
struct ReportArguments {
  std::string json, report, figures, title;

  [[nodiscard]] std::vector<std::string> outputs() const { return {json, report, figures}; }
};

/// `--json`, `--report`, `--figures` and `--title`.
void add_report_options(CLI::App& command, ReportArguments& arguments,
                        const std::string& json_help = "Write the results as JSON");

/// The files that were asked for, claimed before any work; all of them appear or none.
class ReportOutputs {
 public:
  explicit ReportOutputs(const ReportArguments& arguments);

  [[nodiscard]] bool has_json() const { return json_.has_value(); }
  [[nodiscard]] bool has_page() const { return report_.has_value(); }
  [[nodiscard]] bool has_figures() const { return figures_.has_value(); }
  void write_json(const std::string& text);
  void write_page(const std::string& html);
  /// Every figure as NAME.svg and, for programs that take no SVG, NAME.png.
  void write_figures(const std::vector<FigureFile>& figures);
  /// A page and its figures, whatever was asked for of them.
  void write(const AnalysisReport& report);
  void commit();

 private:
  std::optional<OutputFolder> figures_;
  std::optional<OutputFile> json_, report_;
};

}  // namespace pellucid::app
