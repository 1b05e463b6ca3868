// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <map>

#include "pellucid/report/reproduce_report.hpp"
#include "report/document.hpp"
#include "report/reproduce_parts.hpp"
#include "report/text.hpp"

namespace pellucid {
namespace {

using namespace report;

// "low SNR (-10 dB): excess over the MMSE at -10 dB: 0.07 ± 0.001 (at most 0.01): fails"
std::string measurement_html(const JudgedStatement& judged) {
  return fmt::format("{}: {}: {} ({}): <b>{}</b>", escape(judged.statement.condition),
                     escape(judged.statement.quantity),
                     escape(with_error(judged.measured.value, judged.measured.error)),
                     escape(bound_text(judged.statement)), name(judged.outcome));
}

// A row of the table of all: what came out of what.
std::string overview_row(const ExperimentRecord& record, const Judgement& judgement) {
  const std::string sizes = setting_text(record, "sizes");
  const auto cell = [](std::string_view column, const std::string& html) {
    return fmt::format("<td data-name=\"{}\">{}</td>", column, html);
  };
  return fmt::format(
      "<tr><th scope=\"row\"><a href=\"#{0}\">{0}</a></th>{1}{2}{3}{4}{5}</tr>\n",
      escape(record.name), cell("Verdict", fmt::format("<b>{}</b>", name(judgement.verdict))),
      cell("Sizes", sizes.size() > 2 ? escape(sizes.substr(1, sizes.size() - 2)) : "–"),
      cell("Seed", escape(setting_text(record, "seed"))), cell("Date", escape(record.date)),
      cell("Version", escape(version_text(record))));
}

std::string section_of(const ExperimentRecord& record, const Judgement& judgement) {
  const Experiment& experiment = find_experiment(record.name);
  std::string measured;
  for (const JudgedStatement& judged : judgement.statements) {
    measured += fmt::format("<li>{}</li>", measurement_html(judged));
  }
  return fmt::format(
      "<section id=\"{0}\">\n<h2><a href=\"{0}/index.html\">{0}</a></h2>\n"
      "<p class=\"summary\">{1}</p>\n<dl class=\"settings sides\">\n"
      "<div><dt>Claim</dt><dd>{2}</dd></div>\n"
      "<div><dt>Expectation</dt><dd>{3}</dd></div>\n"
      "<div><dt>Measurement</dt><dd><ul>{4}</ul></dd></div>\n</dl>\n</section>\n",
      escape(record.name), verdict_html(judgement),
      fmt::format("{} ({})", escape(experiment.claim), escape(experiment.paper)),
      escape(experiment.expectation), measured);
}

std::string words_section() {
  std::string text = "<section class=\"words\">\n<h2>Words</h2>\n<dl>\n";
  for (const auto& [word, meaning] : reproduce_words()) {
    text += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(word), meaning);
  }
  return text + "</dl>\n</section>\n";
}

}  // namespace

std::string experiments_index(const std::vector<ExperimentRecord>& records,
                              const std::string& command_line) {
  std::string rows, sections;
  std::map<Verdict, int> count;
  for (const ExperimentRecord& record : records) {
    const Judgement judgement = judge(find_experiment(record.name), record.findings);
    ++count[judgement.verdict];
    rows += overview_row(record, judgement);
    sections += section_of(record, judgement);
  }
  std::string facts = fact_html("Experiments", std::to_string(records.size()));
  for (const auto& [verdict, number] : count) {
    facts += fact_html(name(verdict), std::to_string(number));
  }
  return document_html(
      {.kind = "Pellucid reproduces",
       .title = "Two papers beside the truth",
       .summary = "What Fesl et al. (<a href=\"https://arxiv.org/abs/2403.02957\">arXiv "
                  "2403.02957</a>) and Weitzner et al. (<a "
                  "href=\"https://arxiv.org/abs/2410.14730\">arXiv 2410.14730</a>) claim, as far "
                  "as their abstracts go, what the mathematics lets expect, and what was measured.",
       .facts = facts,
       .body =
           fmt::format("<section>\n<h2>Verdicts</h2>\n<div class=\"table\" tabindex=\"0\" "
                       "role=\"region\" aria-label=\"Table: verdicts\">\n<table "
                       "class=\"stacked\">\n<thead><tr><th scope=\"col\">Experiment</th><th "
                       "scope=\"col\">Verdict</th><th scope=\"col\">Sizes</th><th "
                       "scope=\"col\">Seed</th><th scope=\"col\">Date</th><th "
                       "scope=\"col\">Version</th></tr></thead>\n<tbody>\n{}</tbody>\n</table>\n"
                       "</div>\n</section>\n{}",
                       rows, sections),
       .words = words_section(),
       .command_line = command_line,
       .settings = {}});
}

}  // namespace pellucid
