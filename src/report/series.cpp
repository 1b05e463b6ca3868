// SPDX-License-Identifier: BSD-3-Clause
#include "report/series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

namespace pellucid::report {
namespace {

Role role_of(const EvaluationRow& row) {
  if (row.method == "cme") return Role::cme;
  return row.model.empty() ? Role::baseline : Role::estimate;
}

// Methods (with their model) that have several rows at one SNR, so that steps tell them apart.
std::set<std::pair<std::string, std::string>> with_several_steps(
    const std::vector<EvaluationRow>& rows) {
  std::set<std::tuple<std::string, std::string, double>> seen;
  std::set<std::pair<std::string, std::string>> several;
  for (const EvaluationRow& row : rows) {
    if (!seen.emplace(row.model, row.method, row.snr_db).second) {
      several.emplace(row.model, row.method);
    }
  }
  return several;
}

// The number of steps belongs into the label where it is one number and not implied.
std::string steps_label(const Series& series) {
  if (series.role != Role::estimate || series.method == "one-step") return "";
  const auto& first = series.rows.front().steps;
  const bool same = std::all_of(series.rows.begin(), series.rows.end(),
                                [&](const EvaluationRow& row) { return row.steps == first; });
  if (!same || series.method == "auto") return "";
  if (!first) return ", all steps";
  return fmt::format(", {} {}", *first, *first == 1 ? "step" : "steps");
}

}  // namespace

std::vector<Series> collect_series(const std::vector<EvaluationRow>& rows) {
  const auto several = with_several_steps(rows);
  std::vector<Series> all;
  for (const EvaluationRow& row : rows) {
    const bool by_steps = several.contains({row.model, row.method});
    auto found = std::find_if(all.begin(), all.end(), [&](const Series& series) {
      return series.model == row.model && series.method == row.method &&
             (!by_steps || series.rows.front().steps == row.steps);
    });
    if (found == all.end()) {
      all.push_back({role_of(row), row.model, row.method, "", {}});
      found = std::prev(all.end());
    }
    found->rows.push_back(row);
  }
  for (Series& series : all) {
    series.label = estimate_label(series.model, series.method) + steps_label(series);
    std::stable_sort(series.rows.begin(), series.rows.end(),
                     [](const auto& a, const auto& b) { return a.snr_db < b.snr_db; });
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Series& a, const Series& b) { return a.role < b.role; });
  return all;
}

std::string method_label(std::string_view method) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> names = {{
      {"one-step", "one step"},
      {"mean-forwarding", "mean forwarding"},
      {"average", "average of samples"},
      {"sample", "posterior sample"},
      {"least-squares", "observation"},
      {"wiener", "Wiener filter"},
      {"cme", "CME (best possible)"},
  }};
  for (const auto& [name, label] : names) {
    if (name == method) return std::string(label);
  }
  return method == "pca" ? "PCA" : std::string(method);
}

std::string model_label(std::string_view model) {
  const auto slash = model.find_last_of('/');
  if (slash != std::string_view::npos && slash + 1 < model.size()) model.remove_prefix(slash + 1);
  constexpr std::string_view extension = ".safetensors";
  if (model.size() > extension.size() && model.ends_with(extension)) {
    model.remove_suffix(extension.size());
  }
  return std::string(model);
}

std::string estimate_label(std::string_view model, std::string_view method) {
  const std::string label = method_label(method);
  return model.empty() ? label : model_label(model) + ", " + label;
}

std::vector<double> snr_levels(const std::vector<EvaluationRow>& rows) {
  std::set<double> levels;
  for (const EvaluationRow& row : rows) levels.insert(row.snr_db);
  return {levels.begin(), levels.end()};
}

const EvaluationRow* find_row(const std::vector<EvaluationRow>& rows, double snr_db,
                              std::string_view method, std::string_view model) {
  for (const EvaluationRow& row : rows) {
    if (row.snr_db == snr_db && row.method == method && row.model == model) return &row;
  }
  return nullptr;
}

}  // namespace pellucid::report
