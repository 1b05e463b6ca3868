// SPDX-License-Identifier: BSD-3-Clause
#include "report/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/curve_style.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

CurveStyle baseline_style(std::string_view method, std::size_t i) {
  if (method == "least-squares") return {"c-observation", "2 4", Marker::cross};
  if (method == "wiener") return {"c-wiener", "6 4", Marker::open_square};
  if (method == "pca") return {"c-pca", "12 3 2 3", Marker::open_triangle};
  return numbered_style(i);
}

// One style for a method in every plot of a page.
std::vector<CurveStyle> styles_of(const std::vector<Series>& series) {
  std::vector<CurveStyle> styles;
  std::size_t estimates = 0;
  for (const Series& one : series) {
    if (one.role == Role::cme) {
      styles.push_back({"c-cme", "", Marker::none, true});
    } else if (one.role == Role::baseline) {
      styles.push_back(baseline_style(one.method, estimates));
    } else {
      styles.push_back(numbered_style(estimates++));
    }
  }
  return styles;
}

// The MMSE at each SNR, empty if it is missing at one where some row has an excess.
std::map<double, double> mmse_everywhere(const std::vector<Series>& series) {
  std::map<double, double> mmse;
  for (const Series& one : series) {
    for (const EvaluationRow& row : one.rows) {
      if (row.mmse && *row.mmse > 0.0) mmse[row.snr_db] = *row.mmse;
    }
  }
  for (const Series& one : series) {
    for (const EvaluationRow& row : one.rows) {
      if (row.excess && !mmse.contains(row.snr_db)) return {};
    }
  }
  return mmse;
}

// The same estimate computed in two ways differs by rounding: no excess at all.
bool is_rounding(const EvaluationRow& row) { return *row.excess <= 1e-12 * row.nmse; }

bool computes_cme(const Series& series) {
  const auto known = [](const EvaluationRow& row) { return row.excess.has_value(); };
  const auto none = [](const EvaluationRow& row) { return row.excess && is_rounding(row); };
  return series.role == Role::estimate &&
         std::any_of(series.rows.begin(), series.rows.end(), known) &&
         std::all_of(series.rows.begin(), series.rows.end(), none);
}

PlotPoint excess_point(const EvaluationRow& row, const std::map<double, double>& mmse) {
  const bool percent = !mmse.empty();
  const double unit = percent ? 100.0 / mmse.at(row.snr_db) : 1.0;
  const double error = unit * row.excess_stderr.value_or(0.0);
  const std::string text = with_error(unit * *row.excess, error) + (percent ? " %" : "");
  return {row.snr_db, is_rounding(row) ? 0.0 : unit * *row.excess, error, text};
}

}  // namespace

LinePlot nmse_plot(const std::vector<Series>& series) {
  LinePlot plot{.id = "nmse",
                .title = "NMSE of each method over SNR, on a logarithmic axis",
                .x_name = "SNR",
                .x_unit = "dB",
                .y_label = "NMSE",
                .y_name = "NMSE",
                .curves = {},
                .marks = {}};
  const auto styles = styles_of(series);
  for (std::size_t i = 0; i < series.size(); ++i) {
    Curve curve{series[i].label, styles[i], i, {}};
    for (const EvaluationRow& row : series[i].rows) {
      curve.points.push_back(
          {row.snr_db, row.nmse, row.nmse_stderr, with_error(row.nmse, row.nmse_stderr)});
    }
    plot.curves.push_back(std::move(curve));
  }
  return plot;
}

LinePlot excess_plot(const std::vector<Series>& series) {
  const auto mmse = mmse_everywhere(series);
  LinePlot plot{.id = "excess",
                .title =
                    "Excess error over the conditional mean estimator over SNR, on a "
                    "logarithmic axis",
                .x_name = "SNR",
                .x_unit = "dB",
                .y_label = mmse.empty() ? "Excess (units of NMSE)" : "Excess (% of the MMSE)",
                .y_name = "excess",
                .curves = {},
                .marks = {}};
  const auto styles = styles_of(series);
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (series[i].role == Role::cme || computes_cme(series[i])) continue;
    Curve curve{series[i].label, styles[i], i, {}};
    for (const EvaluationRow& row : series[i].rows) {
      if (row.excess) curve.points.push_back(excess_point(row, mmse));
    }
    if (!curve.points.empty()) plot.curves.push_back(std::move(curve));
  }
  return plot;
}

LinePlot segmental_snr_plot(const std::vector<Series>& series) {
  LinePlot plot{.id = "segmental",
                .title = "Segmental SNR of each method over SNR",
                .x_name = "SNR",
                .x_unit = "dB",
                .y_label = "Segmental SNR (dB)",
                .y_name = "segmental SNR",
                .scale = Scale::linear,
                .curves = {},
                .marks = {}};
  const auto styles = styles_of(series);
  for (std::size_t i = 0; i < series.size(); ++i) {
    Curve curve{series[i].label, styles[i], i, {}};
    for (const EvaluationRow& row : series[i].rows) {
      if (!row.segmental_snr_db) continue;
      curve.points.push_back(
          {row.snr_db, *row.segmental_snr_db, 0.0, number_text(*row.segmental_snr_db, 4) + " dB"});
    }
    if (!curve.points.empty()) plot.curves.push_back(std::move(curve));
  }
  return plot;
}

std::vector<std::string> same_as_cme(const std::vector<Series>& series) {
  std::vector<std::string> labels;
  for (const Series& one : series) {
    if (computes_cme(one)) labels.push_back(one.label);
  }
  return labels;
}

}  // namespace pellucid::report
