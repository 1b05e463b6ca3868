// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pellucid/report/analysis_report.hpp"
#include "report/analysis_page.hpp"
#include "report/curve_style.hpp"
#include "report/text.hpp"

namespace pellucid {
namespace {

using namespace report;

std::size_t components_of(const Alignment& alignment) { return alignment.emergence.size(); }

std::string component_label(Index component) { return fmt::format("component {}", component); }

// A component's rows by increasing noise.
std::vector<const AlignmentRow*> rows_of(const Alignment& alignment, Index component) {
  std::vector<const AlignmentRow*> rows;
  for (const AlignmentRow& row : alignment.rows) {
    if (row.component == component) rows.push_back(&row);
  }
  std::sort(rows.begin(), rows.end(), [](const AlignmentRow* a, const AlignmentRow* b) {
    return a->noise_std < b->noise_std;
  });
  return rows;
}

/// Two curves of each component in one series: measurements as marks, theory as a line.
template <class Measured, class Theory>
void add_curves(LinePlot& plot, const Alignment& alignment, const Measured& measured,
                const Theory& theory) {
  const std::size_t shown = std::min(components_of(alignment), distinct_styles);
  for (std::size_t i = 0; i < shown; ++i) {
    const Index component = alignment.emergence[i].component;
    Curve marks{component_label(component), numbered_style(i), i, {}, false};
    Curve line{component_label(component) + ", theory", numbered_style(i), i, {}, true, false};
    line.style.marker = Marker::none;
    for (const AlignmentRow* row : rows_of(alignment, component)) {
      marks.points.push_back(measured(*row));
      const double limit = theory(*row);
      line.points.push_back({row->noise_std, limit, 0.0, number_text(limit)});
    }
    plot.curves.push_back(std::move(marks));
    plot.curves.push_back(std::move(line));
  }
}

LinePlot over_noise(std::string id, std::string title, std::string y_label, std::string y_name,
                    Scale scale) {
  return {.id = std::move(id),
          .title = std::move(title),
          .x_name = "Noise standard deviation",
          .x_unit = "",
          .y_label = std::move(y_label),
          .y_name = std::move(y_name),
          .scale = scale,
          .curves = {},
          .x_scale = Scale::logarithmic,
          .marks = {}};
}

LinePlot cosine_plot(const Alignment& alignment) {
  LinePlot plot =
      over_noise("cos2", "Squared cosine of each component over the noise level, with its limit",
                 "Squared cosine", "squared cosine", Scale::linear);
  add_curves(
      plot, alignment,
      [](const AlignmentRow& row) {
        return PlotPoint{row.noise_std, row.cos2, row.cos2_stderr,
                         with_error(row.cos2, row.cos2_stderr)};
      },
      [](const AlignmentRow& row) { return row.cos2_theory; });
  for (std::size_t i = 0; i < std::min(components_of(alignment), distinct_styles); ++i) {
    const Emergence& one = alignment.emergence[i];
    plot.marks.push_back({one.threshold_std, numbered_style(i).colour, i,
                          fmt::format("component {} emerges below {}", one.component,
                                      number_text(one.threshold_std))});
  }
  return plot;
}

LinePlot eigenvalue_plot(const Alignment& alignment) {
  LinePlot plot = over_noise(
      "eigenvalues", "Sample eigenvalue of each component over the noise level, with its limit",
      "Sample eigenvalue", "eigenvalue", Scale::logarithmic);
  add_curves(
      plot, alignment,
      [](const AlignmentRow& row) {
        return PlotPoint{row.noise_std, row.eigenvalue, 0.0, number_text(row.eigenvalue)};
      },
      [](const AlignmentRow& row) { return row.eigenvalue_theory; });
  return plot;
}

HeatMap cosine_map(const Alignment& alignment) {
  HeatMap map{.id = "cos2_map",
              .title = "Measured squared cosines by component and noise level",
              .x_name = "Noise standard deviation",
              .y_name = "Component",
              .value_name = "squared cosine",
              .columns = {},
              .rows = {},
              .values = {}};
  std::vector<double> levels = alignment.noise_std;
  std::sort(levels.begin(), levels.end());
  for (const double level : levels) map.columns.push_back(number_text(level, 2));
  map.values.resize(static_cast<Index>(components_of(alignment)),
                    static_cast<Index>(levels.size()));
  for (Index i = 0; i < map.values.rows(); ++i) {
    const Index component = alignment.emergence[static_cast<std::size_t>(i)].component;
    map.rows.push_back(std::to_string(component));
    const auto rows = rows_of(alignment, component);
    for (Index j = 0; j < map.values.cols(); ++j) {
      map.values(i, j) = rows[static_cast<std::size_t>(j)]->cos2;
    }
  }
  return map;
}

std::string component_text(Index component) { return std::to_string(component); }

TableBlock emergence_table(const Alignment& alignment) {
  TableBlock table{"emergence",
                   {{"Component", "component"},
                    {"Variance", "variance"},
                    {"Emerges below", "threshold_std"},
                    {"Half aligned, theory", "half_std_theory"},
                    {"Half aligned, found", "half_std"}},
                   {},
                   "Noise standard deviations. Half aligned: a squared cosine of 1/2; none where "
                   "measurements stay on one side of it."};
  for (const Emergence& one : alignment.emergence) {
    table.rows.push_back({{static_cast<double>(one.component), component_text(one.component)},
                          {one.variance, ""},
                          {one.threshold_std, ""},
                          {one.half_std_theory, ""},
                          {one.half_std, ""}});
  }
  return table;
}

TableBlock number_table(const Alignment& alignment) {
  TableBlock table{"alignment",
                   {{"Noise standard deviation", "noise_std"},
                    {"Component", "component"},
                    {"Squared cosine", "cos2"},
                    {"Standard error", "cos2_stderr"},
                    {"Theory", "cos2_theory"},
                    {"With mixing", "cos2_mixing"},
                    {"Sample eigenvalue", "eigenvalue"},
                    {"Theory", "eigenvalue_theory"}},
                   {},
                   ""};
  for (const AlignmentRow& row : alignment.rows) {
    table.rows.push_back({{row.noise_std, ""},
                          {static_cast<double>(row.component), component_text(row.component)},
                          {row.cos2, with_error(row.cos2, row.cos2_stderr)},
                          {row.cos2_stderr, number_text(row.cos2_stderr, 2)},
                          {row.cos2_theory, ""},
                          {row.cos2_mixing, ""},
                          {row.eigenvalue, ""},
                          {row.eigenvalue_theory, ""}});
    if (!std::isfinite(row.cos2_stderr)) table.rows.back()[3].text.clear();
  }
  return table;
}

std::string summary(const Alignment& alignment) {
  if (alignment.rows.empty()) return "No results.";
  std::string text = fmt::format(
      "Measured squared cosines differ from the theory's by <b>{}</b> in the mean ({} with the "
      "mixing between components).",
      number_text(alignment.mean_difference, 2), number_text(alignment.mean_difference_mixing, 2));
  const Emergence& first = alignment.emergence.front();
  const Emergence& last = alignment.emergence.back();
  text += fmt::format(
      " Component {}, of variance {}, comes out of the noise below a standard deviation of "
      "<b>{}</b>",
      first.component, number_text(first.variance), number_text(first.threshold_std, 3));
  if (alignment.emergence.size() == 1) return text + ".";
  return text + fmt::format("; the last, of variance {}, below <b>{}</b>.",
                            number_text(last.variance), number_text(last.threshold_std, 3));
}

std::vector<std::pair<std::string, std::string>> facts(const Alignment& alignment) {
  const auto [low, high] =
      std::minmax_element(alignment.noise_std.begin(), alignment.noise_std.end());
  std::vector<std::pair<std::string, std::string>> all = {
      {"Dimension", std::to_string(alignment.dim)},
      {"Samples", std::to_string(alignment.samples)},
      {"Ratio d / n", number_text(alignment.gamma)},
      {"Signals", alignment.synthetic ? "spiked model" : "data"},
      {"Numbers", alignment.complex_data ? "complex" : "real"},
      {"Repetitions", std::to_string(alignment.repeats)}};
  if (low != alignment.noise_std.end()) {
    all.emplace_back("Noise", fmt::format("{} to {}", number_text(*low), number_text(*high)));
  }
  return all;
}

AnalysisPage page_of(const Alignment& alignment, const ReportHead& head) {
  const std::string more =
      components_of(alignment) > distinct_styles
          ? fmt::format(" The first {} components; all are in the table.", distinct_styles)
          : "";
  AnalysisPage page;
  page.kind = "Pellucid analysis: alignment";
  page.title = head.title;
  page.summary = summary(alignment);
  page.facts = facts(alignment);
  page.sections = {
      {"How well directions are found",
       {PlotBlock{cosine_plot(alignment),
                  "Marks: squared cosine between the eigenvectors of the noisy samples' covariance "
                  "and the true ones, with one standard error to each side. Lines: the limit for "
                  "large dimensions. Triangles on the axis: the noise below which a component "
                  "comes out." +
                      more,
                  400},
        HeatMapBlock{cosine_map(alignment),
                     "The same measurements, yellow where a direction is found, violet where it is "
                     "lost. Every number is in the table below."}}},
      {"Sample eigenvalues",
       {PlotBlock{eigenvalue_plot(alignment),
                  "Marks: eigenvalues of the noisy samples' covariance. Lines: their limits; noise "
                  "makes them larger than the signal's variance and the noise's together.",
                  320}}},
      {"Where components emerge", {emergence_table(alignment)}},
      {"All numbers", {number_table(alignment)}}};
  page.words = {{"Squared cosine",
                 "Of the angle between two directions: 1 where they agree, 0 where they "
                 "are at right angles."},
                {"Theory",
                 "The spiked covariance model, as dimension and number of samples grow at a fixed "
                 "ratio: below a threshold the sample's eigenvector tells nothing of the true one. "
                 "With mixing: less what other components take in so many samples."},
                {"Emerges", "The noise at which that threshold is crossed."}};
  page.command_line = head.command_line;
  page.settings = head.settings;
  return page;
}

}  // namespace

AnalysisReport alignment_report(const Alignment& alignment, const ReportHead& head) {
  const AnalysisPage page = page_of(alignment, head);
  return {analysis_html(page), analysis_figures(page)};
}

}  // namespace pellucid
