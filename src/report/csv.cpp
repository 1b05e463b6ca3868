// SPDX-License-Identifier: BSD-3-Clause
#include "report/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string_view>

namespace pellucid::report {
namespace {

using Row = EvaluationRow;

template <class T>
std::string or_empty(const std::optional<T>& value) {
  return value ? fmt::format("{}", *value) : "";
}

// A single sample has no standard error.
std::string or_empty_if_unknown(double value) {
  return std::isnan(value) ? "" : fmt::format("{}", value);
}

struct Column {
  std::string_view name;
  std::string (*text)(const Row&);
  bool always;
};

constexpr std::array<Column, 14> columns = {{
    {"snr_db", [](const Row& row) { return fmt::format("{}", row.snr_db); }, true},
    {"noise_std", [](const Row& row) { return fmt::format("{}", row.noise_std); }, true},
    {"model", [](const Row& row) { return csv_cell(row.model); }, true},
    {"method", [](const Row& row) { return csv_cell(row.method); }, true},
    {"steps", [](const Row& row) { return or_empty(row.steps); }, true},
    {"evaluations", [](const Row& row) { return or_empty(row.evaluations); }, true},
    {"nmse", [](const Row& row) { return fmt::format("{}", row.nmse); }, true},
    {"nmse_stderr", [](const Row& row) { return or_empty_if_unknown(row.nmse_stderr); }, true},
    {"nmse_uncentred", [](const Row& row) { return fmt::format("{}", row.nmse_uncentred); }, true},
    {"segmental_snr_db", [](const Row& row) { return or_empty(row.segmental_snr_db); }, false},
    {"excess", [](const Row& row) { return or_empty(row.excess); }, false},
    {"excess_stderr", [](const Row& row) { return or_empty(row.excess_stderr); }, false},
    {"mmse", [](const Row& row) { return or_empty(row.mmse); }, false},
    {"mmse_stderr", [](const Row& row) { return or_empty(row.mmse_stderr); }, false},
}};

bool used(const Column& column, const std::vector<Row>& rows) {
  return column.always || std::any_of(rows.begin(), rows.end(),
                                      [&](const Row& row) { return !column.text(row).empty(); });
}

}  // namespace

std::string csv_cell(std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) return std::string(text);
  std::string safe = "\"";
  for (const char c : text) safe += c == '"' ? "\"\"" : std::string(1, c);
  return safe + "\"";
}

std::string csv_text(const std::vector<Row>& rows) {
  std::vector<Column> shown;
  for (const Column& column : columns) {
    if (used(column, rows)) shown.push_back(column);
  }
  std::string text;
  for (const Column& column : shown)
    text += fmt::format("{}{}", text.empty() ? "" : ",", column.name);
  text += "\r\n";
  for (const Row& row : rows) {
    for (const Column& column : shown) {
      if (&column != &shown.front()) text += ',';
      text += column.text(row);
    }
    text += "\r\n";
  }
  return text;
}

std::string csv_url(std::string_view csv) {
  std::string url = "data:text/csv;charset=utf-8,";
  for (const char c : csv) {
    const auto code = static_cast<unsigned char>(c);
    const bool plain =
        code < 0x80 && (std::isalnum(code) != 0 || c == '-' || c == '.' || c == '_' || c == ',');
    url += plain ? std::string(1, c) : fmt::format("%{:02X}", code);
  }
  return url;
}

}  // namespace pellucid::report
