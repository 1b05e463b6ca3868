// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/report/figures.hpp"

#include <fmt/format.h>

#include "report/curves.hpp"
#include "report/sample_figure.hpp"
#include "report/text.hpp"

namespace pellucid {
namespace {

using namespace report;

void add_plot(std::vector<FigureFile>& files, const char* name, const LinePlot& plot) {
  std::string svg = line_plot_svg(plot, PlotForm::paper, 240);
  if (!svg.empty()) files.push_back({name, std::move(svg)});
}

void add_samples(std::vector<FigureFile>& files, const Gallery& gallery,
                 const std::vector<Series>& series) {
  if (gallery.clean.cols() > 0) {
    for (ShownLevel& level : shown_levels(gallery, series)) {
      std::erase_if(level.strips, [](const Strip& strip) { return strip.samples->cols() == 0; });
      level.strips.insert(level.strips.begin(), {"clean", "", std::nullopt, &gallery.clean});
      files.push_back(
          {fmt::format("samples_{:g}dB", level.snr_db),
           sample_figure(gallery, level.strips,
                         fmt::format("Samples at an SNR of {} dB", number_text(level.snr_db)))});
    }
  }
  if (gallery.generated.cols() > 0) {
    const Strip strip{"generated", "", std::nullopt, &gallery.generated};
    files.push_back({"generated", sample_figure(gallery, {strip}, "Generated samples")});
  }
}

}  // namespace

std::vector<FigureFile> figures(const Evaluation& evaluation) {
  const auto series = collect_series(evaluation.rows);
  std::vector<FigureFile> files;
  add_plot(files, "nmse", nmse_plot(series));
  add_plot(files, "segmental_snr", segmental_snr_plot(series));
  add_plot(files, "excess", excess_plot(series));
  if (evaluation.gallery) add_samples(files, *evaluation.gallery, series);
  return files;
}

}  // namespace pellucid
