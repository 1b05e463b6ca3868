// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/report/page.hpp"

#include <fmt/format.h>

#include "report/assets.hpp"
#include "report/csv.hpp"
#include "report/curves.hpp"
#include "report/gallery.hpp"
#include "report/text.hpp"
#include "report/words.hpp"

namespace pellucid {
namespace {

using namespace report;

std::string figure(const LinePlot& plot, double height, const std::string& caption) {
  const std::string wide = line_plot_svg(plot, PlotForm::wide, height);
  if (wide.empty()) return "<p class=\"note\">No value here has a place on an axis.</p>";
  const int hidden = points_left_out(plot);
  const std::string missing =
      hidden == 0
          ? ""
          : fmt::format(" {} {} zero to rounding or not finite, which the axis cannot show.",
                        hidden, hidden == 1 ? "value is" : "values are");
  return fmt::format(
      "<figure class=\"chart\">\n<div class=\"drawing\">\n{}{}</div>\n"
      "<figcaption>{}{}</figcaption>\n</figure>\n",
      wide, line_plot_svg(plot, PlotForm::narrow, 300), caption, missing);
}

std::string chart_section(std::string_view heading, const std::string& body) {
  return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", heading, body);
}

std::string nmse_section(const std::vector<Series>& series) {
  if (series.empty()) return "";
  return chart_section(
      "Error over SNR",
      figure(nmse_plot(series), 400,
             "Mean square error over the test samples, divided by their variance about their mean: "
             "lower is better. Bars show one standard error to each side; where none is seen it is "
             "smaller than the mark."));
}

std::string segmental_section(const std::vector<Series>& series) {
  const LinePlot plot = segmental_snr_plot(series);
  if (plot.curves.empty()) return "";
  return chart_section(
      "Segmental SNR",
      figure(plot, 300,
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
    body += figure(plot, 300,
                   "Mean square distance to the conditional mean estimator (CME) of the true "
                   "distribution: by how much the expected error exceeds the least possible one. "
                   "Measured as a distance, its standard error is far smaller than that of a "
                   "difference of two errors.");
  }
  return body.empty() ? "" : chart_section("Excess over the CME", body);
}

std::string gallery_sections(const Evaluation& evaluation, const std::vector<Series>& series) {
  if (!evaluation.gallery) return "";
  return side_by_side_html(*evaluation.gallery, series) + generated_html(*evaluation.gallery);
}

// As content security policies name it: base64 of the hash.
std::string script_hash() {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < page_script_sha256.size(); i += 2) {
    const std::string digits(page_script_sha256.substr(i, 2));
    bytes.push_back(static_cast<std::byte>(std::stoi(digits, nullptr, 16)));
  }
  return base64(bytes);
}

}  // namespace

std::string page_html(const Page& page) {
  const auto series = collect_series(page.evaluation.rows);
  return fill(page_template, {
                                 {"title", escape(page.title)},
                                 {"style", std::string(page_style) + std::string(plot_style)},
                                 {"script", std::string(page_script)},
                                 {"script_hash", script_hash()},
                                 {"summary", summary_html(page.evaluation)},
                                 {"facts", facts_html(page.evaluation)},
                                 {"nmse", nmse_section(series)},
                                 {"segmental", segmental_section(series)},
                                 {"excess", excess_section(series)},
                                 {"gallery", gallery_sections(page.evaluation, series)},
                                 {"table", table_html(page.evaluation.rows)},
                                 {"csv", csv_url(csv_text(page.evaluation.rows))},
                                 {"command", escape(page.command_line)},
                                 {"settings", settings_html(page)},
                                 {"version", std::string(program_version)},
                             });
}

}  // namespace pellucid
