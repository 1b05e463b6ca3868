// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pellucid/reproduce/record.hpp"
#include "pellucid/reproduce/verdict.hpp"

namespace pellucid::report {

/// "at most 0.01", text.
[[nodiscard]] std::string bound_text(const Statement& statement);

/// The verdict with the conditions under which it does not hold or is undecided.
[[nodiscard]] std::string verdict_html(const Judgement& judgement);

/// "0.1.0 (bcd157f0a1)", text.
[[nodiscard]] std::string version_text(const ExperimentRecord& record);

/// The value of one setting, JSON text; empty where there is none.
[[nodiscard]] std::string setting_text(const ExperimentRecord& record, std::string_view name);

/// What verdicts and quantities mean, HTML.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> reproduce_words();

}  // namespace pellucid::report
