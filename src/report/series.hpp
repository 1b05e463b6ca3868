// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pellucid/analysis/evaluation.hpp"

namespace pellucid::report {

enum class Role { baseline, cme, estimate };

/// One method's rows over SNR: a curve of the plots.
struct Series {
  Role role = Role::baseline;
  std::string model;
  std::string method;
  std::string label;                ///< "fashion-mnist, one step"
  std::vector<EvaluationRow> rows;  ///< by increasing SNR
};

/// The rows in the order of their first appearance, baselines first, then the CME, then estimates.
/// Numbers of steps make series of their own only where one SNR has several.
[[nodiscard]] std::vector<Series> collect_series(const std::vector<EvaluationRow>& rows);

/// A method's name for people: "one-step" is "one step", "least-squares" "observation".
[[nodiscard]] std::string method_label(std::string_view method);
/// A model's file name without folders and extension.
[[nodiscard]] std::string model_label(std::string_view model);
/// Both, as legends have it.
[[nodiscard]] std::string estimate_label(std::string_view model, std::string_view method);

/// All SNRs, increasing, each once.
[[nodiscard]] std::vector<double> snr_levels(const std::vector<EvaluationRow>& rows);
/// The first row of that method at that SNR, or null.
[[nodiscard]] const EvaluationRow* find_row(const std::vector<EvaluationRow>& rows, double snr_db,
                                            std::string_view method, std::string_view model = {});

}  // namespace pellucid::report
