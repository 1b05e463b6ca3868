// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <cmath>

#include "report/document.hpp"
#include "report/series.hpp"
#include "report/text.hpp"
#include "report/words.hpp"

namespace pellucid::report {
namespace {

// The model's row with the least error at that SNR; one step wins ties.
const EvaluationRow* best_estimate(const std::vector<EvaluationRow>& rows, double snr_db) {
  const EvaluationRow* best = nullptr;
  for (const EvaluationRow& row : rows) {
    if (row.snr_db != snr_db || row.model.empty() || !std::isfinite(row.nmse)) continue;
    const bool ties = best != nullptr && row.nmse == best->nmse && row.method == "one-step";
    if (best == nullptr || row.nmse < best->nmse || ties) best = &row;
  }
  return best;
}

// "31 % less than the Wiener filter (0.148)".
std::string against(const EvaluationRow& row, const EvaluationRow& other, std::string_view name) {
  const double change = row.nmse / other.nmse - 1.0;
  if (!std::isfinite(change)) return "";
  const double percent = 100.0 * std::abs(change);
  const std::string size = percent < 0.05
                               ? "the same error as"
                               : fmt::format("{}\u00A0% {} error than", number_text(percent, 2),
                                             change < 0 ? "less" : "more");
  return fmt::format("{} {} ({})", size, name, number_text(other.nmse, 3));
}

std::string gap_sentence(const EvaluationRow& row, const std::vector<EvaluationRow>& rows) {
  const EvaluationRow* cme = find_row(rows, row.snr_db, "cme");
  if (cme == nullptr || !row.excess) return "";
  const double best = cme->mmse.value_or(cme->nmse);
  if (!(best > 0.0)) return "";
  const double percent = 100.0 * *row.excess / best;
  if (percent < 1e-6) return " No estimator does better: it is the conditional mean itself.";
  return fmt::format(
      " Its error is {}\u00A0% above the least that any estimator can have (an MMSE of {}).",
      number_text(percent, 2), number_text(best, 3));
}

std::string range_text(const std::vector<double>& levels) {
  if (levels.empty()) return "none";
  if (levels.size() == 1) return number_text(levels.front()) + " dB";
  return fmt::format("{} to {} dB", number_text(levels.front()), number_text(levels.back()));
}

std::string shape_words(const Evaluation& evaluation) {
  std::string text;
  for (const Index axis : evaluation.shape) {
    text += (text.empty() ? "" : " × ") + std::to_string(axis);
  }
  return text + (evaluation.complex_data ? ", complex" : "");
}

}  // namespace

std::string summary_html(const Evaluation& evaluation) {
  const auto levels = snr_levels(evaluation.rows);
  if (levels.empty()) return "No results.";
  const double snr_db = levels[levels.size() / 2];
  const EvaluationRow* row = best_estimate(evaluation.rows, snr_db);
  if (row == nullptr) return "Baselines only: no model was evaluated.";
  std::string text = fmt::format(
      "At an SNR of {}\u00A0dB, <b>{}</b> reaches an NMSE of <b>{}</b>", number_text(snr_db),
      escape(estimate_label(row->model, row->method)), with_error(row->nmse, row->nmse_stderr));
  std::string comparison;
  for (const auto& [method, name] : {std::pair{"wiener", "the Wiener filter"},
                                     std::pair{"least-squares", "the noisy observation itself"}}) {
    const EvaluationRow* other = find_row(evaluation.rows, snr_db, method);
    if (other == nullptr) continue;
    const std::string part = against(*row, *other, name);
    if (!part.empty()) comparison += (comparison.empty() ? ": " : " and ") + part;
  }
  return text + comparison + "." + gap_sentence(*row, evaluation.rows);
}

std::string facts_html(const Evaluation& evaluation) {
  std::string text = fact_html("Test samples", std::to_string(evaluation.samples));
  if (!evaluation.shape.empty()) text += fact_html("Entries of a sample", shape_words(evaluation));
  if (!evaluation.framing.empty()) text += fact_html("Cut into", evaluation.framing);
  text += fact_html("SNR", range_text(snr_levels(evaluation.rows)));
  text += fact_html("Signal variance per entry", number_text(evaluation.signal_power));
  if (evaluation.truth) text += fact_html("Truth", model_label(*evaluation.truth));
  return text + fact_html("Seed", std::to_string(evaluation.seed));
}

}  // namespace pellucid::report
