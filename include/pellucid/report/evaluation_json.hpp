// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "pellucid/analysis/evaluation.hpp"
#include "pellucid/base/run_settings.hpp"

namespace pellucid {

/// `{"settings": {...}, "results": [...]}`, one object per row, numbers with all their digits,
/// null for what does not apply.
[[nodiscard]] std::string evaluation_json(const Evaluation& evaluation,
                                          const RunSettings& settings);

}  // namespace pellucid
