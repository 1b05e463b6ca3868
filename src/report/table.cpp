// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include "report/series.hpp"
#include "report/text.hpp"
#include "report/words.hpp"

namespace pellucid::report {
namespace {

constexpr const char* absent = "<td class=\"absent\">–</td>";

std::string cell(double value, std::string_view shown) {
  return fmt::format("<td><data value=\"{}\">{}</data></td>", value, shown);
}

std::string cell(const std::optional<double>& value, const std::optional<double>& error) {
  if (!value) return absent;
  return cell(*value, error ? with_error(*value, *error) : significant(*value, 4));
}

std::string steps_cell(const EvaluationRow& row) {
  if (row.steps) return fmt::format("<td>{}</td>", *row.steps);
  return row.model.empty() ? absent : "<td>all</td>";
}

// The columns about the CME are shown where its truth is known.
bool knows_cme(const std::vector<EvaluationRow>& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const EvaluationRow& row) {
    return row.excess.has_value() || row.mmse.has_value();
  });
}

bool knows_segments(const std::vector<EvaluationRow>& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const EvaluationRow& row) { return row.segmental_snr_db.has_value(); });
}

// Which columns are shown beside those that always are.
struct Columns {
  bool segments = false;
  bool cme = false;
  [[nodiscard]] int count() const { return 5 + (segments ? 1 : 0) + (cme ? 2 : 0); }
};

std::string head_html(const Columns& columns) {
  std::string text = "<thead><tr>";
  const auto add = [&text](std::string_view name) {
    text += fmt::format("<th scope=\"col\">{}</th>", name);
  };
  add("Method");
  add("NMSE");
  if (columns.segments) add("Segmental SNR (dB)");
  if (columns.cme) {
    add("Excess over CME");
    add("MMSE");
  }
  add("Uncentred NMSE");
  add("Steps");
  add("Evaluations");
  return text + "</tr></thead>\n";
}

std::string row_html(const EvaluationRow& row, const Columns& columns) {
  std::string text =
      fmt::format("<tr><th scope=\"row\">{}</th>", escape(estimate_label(row.model, row.method)));
  text += cell(row.nmse, row.nmse_stderr);
  if (columns.segments) {
    text += row.segmental_snr_db
                ? cell(*row.segmental_snr_db, number_text(*row.segmental_snr_db, 4))
                : absent;
  }
  if (columns.cme) {
    text += cell(row.excess, row.excess_stderr);
    text += cell(row.mmse, row.mmse_stderr);
  }
  text += cell(row.nmse_uncentred, std::nullopt);
  text += steps_cell(row);
  text += row.evaluations ? cell(*row.evaluations, number_text(*row.evaluations)) : absent;
  return text + "</tr>\n";
}

}  // namespace

std::string table_html(const std::vector<EvaluationRow>& rows) {
  const Columns columns{knows_segments(rows), knows_cme(rows)};
  std::string text = head_html(columns);
  for (const double snr_db : snr_levels(rows)) {
    const auto same = [&](const EvaluationRow& row) { return row.snr_db == snr_db; };
    const auto first = std::find_if(rows.begin(), rows.end(), same);
    text += fmt::format(
        "<tbody>\n<tr class=\"snr\"><th scope=\"rowgroup\" colspan=\"{}\"><span>SNR {} dB, noise "
        "standard deviation <data value=\"{}\">{}</data></span></th></tr>\n",
        columns.count(), number_text(snr_db), first->noise_std, number_text(first->noise_std));
    for (const EvaluationRow& row : rows) {
      if (same(row)) text += row_html(row, columns);
    }
    text += "</tbody>\n";
  }
  return text;
}

}  // namespace pellucid::report
