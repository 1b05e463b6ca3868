// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/report/page.hpp"

#include <fmt/format.h>

#include "report/assets.hpp"
#include "report/csv.hpp"
#include "report/curves.hpp"
#include "report/document.hpp"
#include "report/gallery.hpp"
#include "report/text.hpp"
#include "report/words.hpp"

namespace pellucid {
namespace {

using namespace report;

std::string nmse_section(const std::vector<Series>& series) {
  if (series.empty()) return "";
  return section_html(
      "Error over SNR",
      figure_html(
          nmse_plot(series), 400,
          "Mean square error over the test samples, divided by their variance about their mean: "
          "lower is better. Bars show one standard error to each side; where none is seen it is "
          "smaller than the mark."));
}

std::string segmental_section(const std::vector<Series>& series) {
  const LinePlot plot = segmental_snr_plot(series);
  if (plot.curves.empty()) return "";
  return section_html(
      "Segmental SNR",
      figure_html(
          plot, 300,
          "SNR of each piece of 32 ms after denoising, in decibel, averaged over the pieces of "
          "a sound and over the sounds: "
          "higher is better. It weighs soft and loud passages alike, as ears do."));
}

std::string excess_section(const std::vector<Series>& series) {
  const LinePlot plot = excess_plot(series);
  std::string body;
  for (const std::string& label : same_as_cme(series)) {
    body += fmt::format(
        "<p class=\"note\"><b>{}</b> equals the CME to rounding: its excess is zero "
        "and it has no curve.</p>\n",
        escape(label));
  }
  if (!plot.curves.empty()) {
    body +=
        figure_html(plot, 300,
                    "Mean square distance to the conditional mean estimator (CME) of the true "
                    "distribution: by how much the expected error exceeds the least possible one. "
                    "Measured as a distance, its standard error is far smaller than that of a "
                    "difference of two errors.");
  }
  return body.empty() ? "" : section_html("Excess over the CME", body);
}

std::string gallery_sections(const Evaluation& evaluation, const std::vector<Series>& series) {
  if (!evaluation.gallery) return "";
  return side_by_side_html(*evaluation.gallery, series) + generated_html(*evaluation.gallery);
}

}  // namespace

std::string page_html(const Page& page) {
  const auto series = collect_series(page.evaluation.rows);
  Document document{
      .kind = "Pellucid evaluation",
      .title = page.title,
      .summary = summary_html(page.evaluation),
      .facts = facts_html(page.evaluation),
      .body = fill(evaluation_template, {{"nmse", nmse_section(series)},
                                         {"segmental", segmental_section(series)},
                                         {"excess", excess_section(series)},
                                         {"gallery", gallery_sections(page.evaluation, series)},
                                         {"table", table_html(page.evaluation.rows)},
                                         {"csv", csv_url(csv_text(page.evaluation.rows))}}),
      .words = std::string(evaluation_words),
      .command_line = page.command_line,
      .settings = page.settings};
  return document_html(document);
}

}  // namespace pellucid
