// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <map>
#include <string>

#include "pellucid/analysis/evaluation.hpp"

namespace pellucid {

/// How a run was made, for results and reports: `(name, value)` in the order shown, values as JSON
/// text ("1000", "\"linear,300\"").
using RunSettings = std::vector<std::pair<std::string, std::string>>;

/// `{"settings": {...}, "results": [...]}`, one object per row, numbers with all their digits,
/// null for what does not apply.
[[nodiscard]] std::string evaluation_json(const Evaluation& evaluation,
                                          const RunSettings& settings);

}  // namespace pellucid
