// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>

#include "pellucid/report/reproduce_report.hpp"
#include "pellucid/reproduce/verdict.hpp"
#include "report/analysis_page.hpp"
#include "report/csv.hpp"
#include "report/curve_style.hpp"
#include "report/document.hpp"
#include "report/reproduce_parts.hpp"
#include "report/text.hpp"

namespace pellucid {
namespace {

using namespace report;

LinePlot plot_of(const FindingFigure& figure) {
  LinePlot plot{.id = figure.id,
                .title = figure.title,
                .x_name = figure.x_name,
                .x_unit = figure.x_unit,
                .y_label = figure.y_name,
                .y_name = figure.y_name,
                .scale = figure.y_logarithmic ? Scale::logarithmic : Scale::linear,
                .curves = {},
                .x_scale = figure.x_logarithmic ? Scale::logarithmic : Scale::linear,
                .marks = {}};
  for (const FindingCurve& found : figure.curves) {
    const std::size_t number = plot.curves.size();
    Curve curve{
        found.label, numbered_style(number), number, {}, found.look != FindingCurve::Look::marks};
    if (found.look == FindingCurve::Look::line) curve.style.marker = Marker::none;
    for (const FindingPoint& point : found.points) {
      curve.points.push_back({point.x, point.y, point.error, with_error(point.y, point.error)});
    }
    plot.curves.push_back(std::move(curve));
  }
  return plot;
}

PictureRows rows_of(const FindingPictures& pictures) {
  PictureRows rows{pictures.id, pictures.title, pictures.shape, {}};
  for (const FindingPictures::Row& row : pictures.rows) {
    rows.rows.push_back({row.label, row.samples});
  }
  return rows;
}

TableBlock statement_table(const Judgement& judgement) {
  TableBlock table{
      "statements",
      {{"Condition", "condition"},
       {"Quantity", "quantity"},
       {"Bound", "bound"},
       {"Measured", "measured"},
       {"Standard error", "error"},
       {"Needed", "needed"},
       {"Outcome", "outcome"}},
      {},
      fmt::format(
          "Stated before the run. One-sided tests at 99 %, corrected for all {} statements. "
          "Needed: the standard errors between measurement and bound that decide, by "
          "Student's t.",
          total_statements()),
      true};
  for (const JudgedStatement& judged : judgement.statements) {
    table.rows.push_back({{{}, judged.statement.condition},
                          {{}, judged.statement.quantity},
                          {{}, bound_text(judged.statement)},
                          {judged.measured.value, ""},
                          {judged.measured.error, number_text(judged.measured.error, 2)},
                          {judged.needed, number_text(judged.needed, 3)},
                          {{}, std::string(name(judged.outcome))}});
  }
  return table;
}

TableBlock number_table(const Findings& findings) {
  TableBlock table{"numbers",
                   {{"Figure", "figure"},
                    {"Curve", "curve"},
                    {"Over", "x_name"},
                    {"At", "x"},
                    {"Value", "y"},
                    {"Standard error", "error"}},
                   {},
                   "",
                   false,
                   true};
  for (const FindingFigure& figure : findings.figures) {
    for (const FindingCurve& curve : figure.curves) {
      for (const FindingPoint& point : curve.points) {
        table.rows.push_back({{{}, figure.id},
                              {{}, curve.label},
                              {{}, figure.x_name},
                              {point.x, ""},
                              {point.y, ""},
                              {point.error, number_text(point.error, 2)}});
      }
    }
  }
  return table;
}

AnalysisPage page_of(const ExperimentRecord& record) {
  const Experiment& experiment = find_experiment(record.name);
  const Judgement judgement = judge(experiment, record.findings);
  AnalysisPage page;
  page.kind = "Pellucid reproduces " + experiment.paper;
  page.title = record.name;
  page.summary = fmt::format("Claim: {} Verdict: {}. <a href=\"../index.html\">All experiments</a>",
                             escape(experiment.claim), verdict_html(judgement));
  page.facts = {{"Date", record.date},
                {"Took", fmt::format("{} s", number_text(record.seconds, 3))},
                {"Machine", record.machine},
                {"Version", version_text(record)}};
  page.sections = {{"Claim, expectation, measurement",
                    {Paragraph{"Expected: " + escape(experiment.expectation)},
                     statement_table(judgement), Paragraph{escape(record.findings.explanation)}}}};
  AnalysisSection figures{"Figures", {}};
  for (const FindingFigure& figure : record.findings.figures) {
    figures.blocks.emplace_back(Paragraph{"<b>" + escape(figure.title) + "</b>"});
    figures.blocks.emplace_back(PlotBlock{plot_of(figure), escape(figure.caption)});
  }
  for (const FindingPictures& pictures : record.findings.pictures) {
    figures.blocks.emplace_back(Paragraph{"<b>" + escape(pictures.title) + "</b>"});
    figures.blocks.emplace_back(PictureRowsBlock{rows_of(pictures), escape(pictures.caption)});
  }
  page.sections.push_back(std::move(figures));
  page.sections.push_back(
      {"All numbers",
       {Paragraph{fmt::format("Beside this page: <a href=\"{0}.json\">{0}.json</a>, <a "
                              "href=\"{0}.csv\">{0}.csv</a>, and every figure as SVG.",
                              escape(record.name))},
        number_table(record.findings)}});
  page.words = reproduce_words();
  page.version = version_text(record);
  page.command_line = record.command_line;
  page.settings = record.settings;
  return page;
}

}  // namespace

ExperimentReport experiment_report(const ExperimentRecord& record) {
  const AnalysisPage page = page_of(record);
  return {analysis_html(page), analysis_figures(page), csv_text(number_table(record.findings))};
}

}  // namespace pellucid
