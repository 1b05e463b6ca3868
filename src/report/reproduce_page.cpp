// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>

#include "pellucid/report/reproduce_report.hpp"
#include "pellucid/reproduce/verdict.hpp"
#include "report/analysis_page.hpp"
#include "report/csv.hpp"
#include "report/curve_style.hpp"
#include "report/document.hpp"
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

std::string bound_text(const Statement& statement) {
  return fmt::format("{} {}", statement.side == Statement::Side::at_most ? "at most" : "at least",
                     number_text(statement.bound));
}

TableBlock statement_table(const Judgement& judgement) {
  TableBlock table{
      "statements",
      {{"Quantity", "quantity"},
       {"Condition", "condition"},
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
          total_statements())};
  for (const JudgedStatement& judged : judgement.statements) {
    table.rows.push_back({{{}, judged.statement.quantity},
                          {{}, judged.statement.condition},
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
                   ""};
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

// "high SNR (20 dB): 0.0004 ± 0.0001, at most 0.01 asked: holds"
std::string measurement_html(const JudgedStatement& judged) {
  return fmt::format("{}: {} ({}): <b>{}</b>", escape(judged.statement.quantity),
                     escape(with_error(judged.measured.value, judged.measured.error)),
                     escape(bound_text(judged.statement)), name(judged.outcome));
}

std::string failed_conditions(const Judgement& judgement) {
  std::string text;
  for (const JudgedStatement& judged : judgement.statements) {
    if (judged.outcome == Outcome::holds) continue;
    text += (text.empty() ? "" : "; ") + judged.statement.condition;
  }
  return text;
}

std::string verdict_html(const Judgement& judgement) {
  const std::string failed = failed_conditions(judgement);
  return fmt::format("<b>{}</b>{}", name(judgement.verdict),
                     failed.empty() ? "" : fmt::format(" (not: {})", escape(failed)));
}

AnalysisPage page_of(const ExperimentRecord& record) {
  const Experiment& experiment = find_experiment(record.name);
  const Judgement judgement = judge(experiment, record.findings);
  AnalysisPage page;
  page.kind = "Pellucid reproduces " + experiment.paper;
  page.title = record.name;
  page.summary =
      fmt::format("Claim: {} Verdict: {}.", escape(experiment.claim), verdict_html(judgement));
  page.facts = {{"Date", record.date},
                {"Took", fmt::format("{} s", number_text(record.seconds, 3))},
                {"Machine", record.machine}};
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
  page.sections.push_back({"All numbers", {number_table(record.findings)}});
  page.words = {
      {"Verdict",
       "<i>Holds</i>: every statement of the table was shown to hold. <i>Holds under "
       "conditions</i>: some were, others were shown not to; their conditions are named. <i>Does "
       "not hold here</i>: none was. <i>Undecided</i>: the errors are too large for a statement."},
      {"Excess",
       "Mean |estimate - CME|². Equal to the difference of mean square errors in expectation, "
       "with a much smaller standard error."}};
  page.command_line = record.command_line;
  page.settings = record.settings;
  return page;
}

std::string index_row(const ExperimentRecord& record) {
  const Experiment& experiment = find_experiment(record.name);
  const Judgement judgement = judge(experiment, record.findings);
  std::string measured;
  for (const JudgedStatement& judged : judgement.statements) {
    measured += fmt::format("<li>{}</li>", measurement_html(judged));
  }
  return fmt::format(
      "<section>\n<h2><a href=\"{0}/index.html\">{0}</a></h2>\n<p class=\"summary\">{1}</p>\n"
      "<dl class=\"settings\">\n<div><dt>Claim</dt><dd>{2}</dd></div>\n"
      "<div><dt>Expectation</dt><dd>{3}</dd></div>\n"
      "<div><dt>Measurement</dt><dd><ul>{4}</ul></dd></div>\n</dl>\n</section>\n",
      escape(record.name), verdict_html(judgement),
      fmt::format("{} ({})", escape(experiment.claim), escape(experiment.paper)),
      escape(experiment.expectation), measured);
}

}  // namespace

ExperimentReport experiment_report(const ExperimentRecord& record) {
  const AnalysisPage page = page_of(record);
  return {analysis_html(page), analysis_figures(page), csv_text(number_table(record.findings))};
}

std::string experiments_index(const std::vector<ExperimentRecord>& records,
                              const std::string& command_line) {
  Document document{.kind = "Pellucid reproduces",
                    .title = "Two papers beside the truth",
                    .summary =
                        "What Fesl et al. (arXiv 2403.02957) and Weitzner et al. (arXiv "
                        "2410.14730) claim, as far as their abstracts go, what the "
                        "mathematics lets expect, and what was measured.",
                    .facts = fact_html("Experiments", std::to_string(records.size())),
                    .body = "",
                    .words = "",
                    .command_line = command_line,
                    .settings = {}};
  for (const ExperimentRecord& record : records) document.body += index_row(record);
  return document_html(document);
}

}  // namespace pellucid
