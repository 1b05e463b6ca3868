// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pellucid/analysis/evaluation.hpp"

namespace pellucid::report {

/// Every number with all its digits, a line for each row under one of names (RFC 4180, lines end in
/// "\r\n"); columns that no row has are left out, cells without a value are empty.
[[nodiscard]] std::string csv_text(const std::vector<EvaluationRow>& rows);

/// A text as a cell (RFC 4180): in quotes where it must be.
[[nodiscard]] std::string csv_cell(std::string_view text);

/// A data URL of a text, every byte that could mean something else escaped.
[[nodiscard]] std::string csv_url(std::string_view csv);

}  // namespace pellucid::report
