// SPDX-License-Identifier: BSD-3-Clause
#include "report/shown.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pellucid/base/error.hpp"
#include "report/pictures.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

const EvaluationRow* row_at(const Series& series, double snr_db) {
  const auto found = std::find_if(series.rows.begin(), series.rows.end(),
                                  [&](const auto& row) { return row.snr_db == snr_db; });
  return found == series.rows.end() ? nullptr : &*found;
}

std::string measure_text(const EvaluationRow& row) {
  std::string text = "NMSE " + significant(row.nmse, 3);
  if (row.segmental_snr_db) {
    text += fmt::format(", segmental SNR {} dB", number_text(*row.segmental_snr_db, 3));
  }
  return text;
}

Strip strip(const std::string& name, std::string_view method, std::string_view model, double snr_db,
            const std::vector<Series>& series, const Eigen::MatrixXf& samples) {
  Strip result{name, "", std::nullopt, &samples};
  for (std::size_t i = 0; i < series.size() && !result.series; ++i) {
    if (series[i].method != method || series[i].model != model) continue;
    const EvaluationRow* row = row_at(series[i], snr_db);
    result.series = i;
    result.measure = row == nullptr ? "" : measure_text(*row);
  }
  return result;
}

std::optional<double> noise_std_at(double snr_db, const std::vector<Series>& series) {
  for (const Series& one : series) {
    if (const EvaluationRow* row = row_at(one, snr_db)) return row->noise_std;
  }
  return std::nullopt;
}

void check(const Eigen::MatrixXf& samples, const Gallery& gallery) {
  const Index entries = SampleForm(gallery.shape).entries();
  if (samples.cols() == 0 || samples.rows() == entries) return;
  throw Error(
      fmt::format("report: pictures have {} entries, their shape says {}: give samples of that "
                  "shape",
                  samples.rows(), entries));
}

}  // namespace

std::vector<ShownLevel> shown_levels(const Gallery& gallery, const std::vector<Series>& series) {
  check(gallery.clean, gallery);
  check(gallery.generated, gallery);
  std::vector<ShownLevel> levels;
  for (const auto& level : gallery.levels) {
    ShownLevel shown{level.snr_db, noise_std_at(level.snr_db, series), {}};
    shown.strips.push_back(strip("noisy", "least-squares", "", level.snr_db, series, level.noisy));
    for (const auto& estimate : level.estimates) {
      shown.strips.push_back(strip(estimate_label(estimate.model, estimate.method), estimate.method,
                                   estimate.model, level.snr_db, series, estimate.samples));
    }
    for (const Strip& one : shown.strips) check(*one.samples, gallery);
    levels.push_back(std::move(shown));
  }
  return levels;
}

}  // namespace pellucid::report
