// SPDX-License-Identifier: BSD-3-Clause
#include "report_outputs.hpp"

#include "arguments.hpp"
#include "checks.hpp"
#include "pellucid/report/rasterise.hpp"

namespace pellucid::app {

void add_report_options(CLI::App& command, ReportArguments& arguments,
                        const std::string& json_help) {
  command.add_option("--json", arguments.json, json_help)->check(file_name())->type_name("FILE");
  command.add_option("--report", arguments.report, "Write a page with curves and pictures (HTML)")
      ->check(file_name())
      ->type_name("FILE");
  command
      .add_option("--figures", arguments.figures,
                  "Write the curves and pictures into a new folder, as SVG and PNG")
      ->check(file_name())
      ->type_name("DIR");
  command.add_option("--title", arguments.title, "Title of the page")->type_name("TEXT");
}

ReportOutputs::ReportOutputs(const ReportArguments& arguments) {
  if (!arguments.figures.empty()) figures_.emplace(arguments.figures);
  if (!arguments.json.empty()) json_.emplace(arguments.json);
  if (!arguments.report.empty()) report_.emplace(arguments.report);
}

void ReportOutputs::write_json(const std::string& text) {
  if (json_) json_->write(text);
}

void ReportOutputs::write_page(const std::string& html) {
  if (report_) report_->write(html);
}

void ReportOutputs::write_figures(const std::vector<FigureFile>& figures) {
  constexpr double dots_per_inch = 300;
  if (!figures_) return;
  for (const FigureFile& figure : figures) {
    OutputFile svg(figures_->working_path() / (figure.name + ".svg"));
    svg.write(figure.svg);
    svg.commit();
    OutputFile png(figures_->working_path() / (figure.name + ".png"));
    png.write(rasterise(figure.svg, dots_per_inch));
    png.commit();
  }
}

void ReportOutputs::write(const AnalysisReport& report) {
  write_page(report.html);
  write_figures(report.figures);
}

void ReportOutputs::commit() {
  if (figures_) figures_->commit();
  if (json_) json_->commit();
  if (report_) report_->commit();
}

}  // namespace pellucid::app
