// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/report/page.hpp"

#include <fmt/format.h>

#include "report/assets.hpp"
#include "report/curves.hpp"
#include "report/gallery.hpp"
#include "report/text.hpp"
#include "report/words.hpp"

namespace pellucid {
namespace {

using namespace report;

std::string figure(const LinePlot& plot, double height, const std::string& caption) {
  const std::string wide = line_plot_svg(plot, PlotForm::wide, height);
  if (wide.empty())
    return "<p class=\"note\">No value here can be shown on a logarithmic axis.</p>";
  const int hidden = points_left_out(plot);
  const std::string missing =
      hidden == 0
          ? ""
          : fmt::format(
                " {} {} zero to rounding or not finite, which a logarithmic axis cannot show.",
                hidden, hidden == 1 ? "value is" : "values are");
  return fmt::format("<figure class=\"chart\">\n{}{}<figcaption>{}{}</figcaption>\n</figure>\n",
                     wide, line_plot_svg(plot, PlotForm::narrow, 300), caption, missing);
}

std::string nmse_section(const std::vector<Series>& series) {
  if (series.empty()) return "";
  return "<section>\n<h2>Error over SNR</h2>\n" +
         figure(nmse_plot(series), 400,
                "Mean square error over the test samples, divided by their variance about their "
                "mean: lower is better. Bars show one standard error to each side; where none is "
                "seen it is smaller than the mark.") +
         "</section>\n";
}

std::string excess_section(const std::vector<Series>& series) {
  const LinePlot plot = excess_plot(series);
  std::string same;
  for (const std::string& label : same_as_cme(series)) {
    same += fmt::format(
        "<p class=\"note\"><b>{}</b> equals the CME to rounding: its excess is zero "
        "and it has no curve.</p>\n",
        escape(label));
  }
  if (plot.curves.empty() && same.empty()) return "";
  const std::string chart =
      plot.curves.empty()
          ? ""
          : figure(plot, 300,
                   "Mean square distance to the conditional mean estimator (CME) of the true "
                   "distribution: by how much the expected error exceeds the least possible one. "
                   "Measured as a distance, its standard error is far smaller than that of a "
                   "difference of two errors.");
  return "<section>\n<h2>Excess over the CME</h2>\n" + same + chart + "</section>\n";
}

std::string gallery_sections(const Evaluation& evaluation) {
  if (!evaluation.gallery) return "";
  return side_by_side_html(*evaluation.gallery, evaluation.rows) +
         generated_html(*evaluation.gallery);
}

}  // namespace

std::string page_html(const Page& page) {
  const auto series = collect_series(page.evaluation.rows);
  return fill(page_template, {
                                 {"title", escape(page.title)},
                                 {"style", std::string(page_style) + std::string(plot_style)},
                                 {"summary", summary_html(page.evaluation)},
                                 {"facts", facts_html(page.evaluation)},
                                 {"nmse", nmse_section(series)},
                                 {"excess", excess_section(series)},
                                 {"gallery", gallery_sections(page.evaluation)},
                                 {"table", table_html(page.evaluation.rows)},
                                 {"command", escape(page.command_line)},
                                 {"settings", settings_html(page)},
                                 {"version", std::string(program_version)},
                             });
}

}  // namespace pellucid
