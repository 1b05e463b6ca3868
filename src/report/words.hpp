// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "pellucid/report/page.hpp"

namespace pellucid::report {

/// What came out, in one or two plain sentences about the middle SNR (HTML).
[[nodiscard]] std::string summary_html(const Evaluation& evaluation);
/// The facts under the headline, as items of a `<dl>`.
[[nodiscard]] std::string facts_html(const Evaluation& evaluation);
/// Every number, a row for each SNR and method, with its head; exact values are in `<data value>`.
[[nodiscard]] std::string table_html(const std::vector<EvaluationRow>& rows);

}  // namespace pellucid::report
