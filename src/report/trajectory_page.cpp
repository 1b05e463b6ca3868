// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include "pellucid/report/analysis_report.hpp"
#include "report/analysis_page.hpp"
#include "report/curve_style.hpp"
#include "report/step_curves.hpp"
#include "report/text.hpp"

namespace pellucid {
namespace {

using namespace report;

/// Columns of a vector that each step has: "Variance 1", "variance_1", ...
struct VectorColumns {
  std::string name, csv_name;
  std::vector<double> (*values)(const TrajectoryStep&);
};

const std::vector<VectorColumns>& vector_columns() {
  static const std::vector<VectorColumns> columns = {
      {"Energy of band", "band_energy", [](const TrajectoryStep& s) { return s.band_energy; }},
      {"Error in band", "band_error", [](const TrajectoryStep& s) { return s.band_error; }},
      {"Variance", "spectrum", [](const TrajectoryStep& s) { return s.spectrum; }},
      {"Squared cosine", "cos2",
       [](const TrajectoryStep& s) { return s.linear ? s.linear->cos2 : std::vector<double>(); }},
      {"Product", "product",
       [](const TrajectoryStep& s) {
         return s.linear ? s.linear->product : std::vector<double>();
       }},
  };
  return columns;
}

TableBlock number_table(const Trajectory& trajectory) {
  TableBlock table{
      "trajectory",
      {{"Step", "step"}, {"Noise standard deviation", "noise_std"}},
      {},
      "Bands from low to high frequencies. Product: squared singular values of the product of the "
      "steps so far."};
  if (trajectory.steps.empty()) return table;
  const TrajectoryStep& first = trajectory.steps.front();
  if (first.nmse) {
    table.columns.push_back({"NMSE", "nmse"});
    table.columns.push_back({"Standard error", "nmse_stderr"});
  }
  for (const VectorColumns& columns : vector_columns()) {
    for (std::size_t i = 1; i <= columns.values(first).size(); ++i) {
      table.columns.push_back(
          {fmt::format("{} {}", columns.name, i), fmt::format("{}_{}", columns.csv_name, i)});
    }
  }
  for (const TrajectoryStep& step : trajectory.steps) {
    std::vector<TableCell> row = {{static_cast<double>(step.step), std::to_string(step.step)},
                                  {step.noise_std, ""}};
    if (first.nmse) {
      row.push_back({step.nmse, ""});
      row.push_back({step.nmse_stderr, ""});
    }
    for (const VectorColumns& columns : vector_columns()) {
      for (const double value : columns.values(step)) row.push_back({value, ""});
    }
    row.resize(table.columns.size());
    table.rows.push_back(std::move(row));
  }
  return table;
}

TableBlock generated_table(const LinearProcess& linear) {
  TableBlock table{"generated",
                   {{"Component", "component"},
                    {"Reference variance", "reference"},
                    {"Variance of the training sample", "training"},
                    {"Generated variance", "generated"}},
                   {},
                   fmt::format("Along the reference's eigenvectors. All directions together have "
                               "a generated variance of {}.",
                               number_text(linear.total_variance))};
  for (std::size_t i = 0; i < linear.reference.size(); ++i) {
    const auto at = [i](const std::vector<double>& values) {
      return i < values.size() ? std::optional<double>(values[i]) : std::nullopt;
    };
    table.rows.push_back({{static_cast<double>(i + 1), std::to_string(i + 1)},
                          {at(linear.reference), ""},
                          {at(linear.training), ""},
                          {at(linear.generated), ""}});
  }
  return table;
}

std::string summary(const Trajectory& trajectory) {
  if (trajectory.steps.empty()) return "No steps.";
  const TrajectoryStep& first = trajectory.steps.front();
  const TrajectoryStep& last = trajectory.steps.back();
  std::string text = fmt::format(
      "{} step{} of <b>{}</b>, from a noise standard deviation of {} "
      "to {}",
      trajectory.steps.size(), trajectory.steps.size() == 1 ? "" : "s",
      escape(name(trajectory.mode)), number_text(first.noise_std), number_text(last.noise_std));
  if (first.nmse && last.nmse) {
    text += fmt::format(": the NMSE of the estimate goes from {} to <b>{}</b>",
                        number_text(*first.nmse, 3), number_text(*last.nmse, 3));
  }
  if (last.linear && last.linear->product.size() > 1 && last.linear->product[0] > 0.0) {
    text += fmt::format(
        "{} the second-to-first variance ratio of the product of all steps is <b>{}</b>, its "
        "leading direction has a squared cosine of {} with the reference's",
        first.nmse ? ";" : ":", number_text(last.linear->product[1] / last.linear->product[0], 2),
        number_text(last.linear->leading_cos2, 3));
  }
  return text + ".";
}

std::vector<std::pair<std::string, std::string>> facts(const Trajectory& trajectory) {
  std::vector<std::pair<std::string, std::string>> all = {
      {"Denoiser", trajectory.denoiser},
      {"Mode", std::string(name(trajectory.mode))},
      {"Dimension", std::to_string(trajectory.dim)},
      {"Numbers", trajectory.complex_data ? "complex" : "real"},
      {"Signals", std::to_string(trajectory.signals)}};
  if (trajectory.training > 0) {
    all.emplace_back("Training samples", std::to_string(trajectory.training));
  }
  all.emplace_back("Steps", std::to_string(trajectory.steps.size()));
  return all;
}

/// A section for a plot that has curves.
void add_section(AnalysisPage& page, const char* heading, LinePlot plot, const char* caption) {
  if (plot.curves.empty()) return;
  page.sections.push_back({heading, {PlotBlock{std::move(plot), caption, 340}}});
}

void add_bands(AnalysisPage& page, const Trajectory& trajectory) {
  LinePlot plot = band_plot(trajectory);
  if (plot.curves.empty()) return;
  const char* reference =
      trajectory.clean_band_energy.empty() ? "the last step's" : "the clean signals'";
  page.sections.push_back(
      {"Energy by frequency band",
       {PlotBlock{std::move(plot),
                  fmt::format("Energy of the estimate in bands of frequency, in cycles per sample, "
                              "divided by {}.",
                              reference),
                  340},
        HeatMapBlock{band_map(trajectory),
                     trajectory.mode == LinearMode::project
                         ? "The same, each step divided by its mean over the bands, as projections "
                           "only ever shrink. Every number is in the table below."
                         : "The same: yellow once a band has its energy. Every number is in the "
                           "table below."}}});
}

AnalysisPage page_of(const Trajectory& trajectory, const ReportHead& head) {
  AnalysisPage page;
  page.kind = "Pellucid analysis: trajectory";
  page.title = head.title;
  page.summary = summary(trajectory);
  page.facts = facts(trajectory);
  add_section(page, "Error at every step", error_plot(trajectory),
              "Mean square error of the estimate that the step makes, divided by the signals' "
              "variance, with one standard error to each side.");
  add_bands(page, trajectory);
  add_section(page, "Spectrum", spectrum_plot(trajectory),
              "Leading eigenvalues of the estimates' covariance, at most eight.");
  add_section(page, "Product of the steps", product_plot(trajectory),
              "Squared singular values of the product of the steps so far, divided by the largest: "
              "the variances of what it makes of white noise. Beside it the second one of as many "
              "steps of plain power iteration on the same covariance.");
  add_section(page, "How well directions are found", component_plot(trajectory),
              "Squared cosine between the eigenvectors of each step's denoiser and the reference's "
              "(the true ones of synthetic signals, those of the clean data otherwise).");
  if (trajectory.linear) {
    page.sections.push_back({"What is generated", {generated_table(*trajectory.linear)}});
  }
  page.sections.push_back({"All numbers", {number_table(trajectory)}});
  page.words = {
      {"Step", "From 1, the noisiest level, downwards."},
      {"Project, renoise, standard",
       "Each step forwards the denoiser's output as it is; with fresh noise of the next level; or "
       "as the reverse process does, which keeps part of the observation."},
      {"NMSE",
       "Sum of the squared errors divided by the sum of the squared deviations of the "
       "clean signals from their mean."}};
  page.command_line = head.command_line;
  page.settings = head.settings;
  return page;
}

}  // namespace

AnalysisReport trajectory_report(const Trajectory& trajectory, const ReportHead& head) {
  const AnalysisPage page = page_of(trajectory, head);
  return {analysis_html(page), analysis_figures(page)};
}

}  // namespace pellucid
