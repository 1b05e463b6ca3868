// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "pellucid/analysis/evaluation.hpp"

namespace pellucid::report {

/// Clean, noisy and estimated samples side by side, a block for each SNR; empty without any.
[[nodiscard]] std::string side_by_side_html(const Gallery& gallery,
                                            const std::vector<EvaluationRow>& rows);

/// The generated samples; empty without any.
[[nodiscard]] std::string generated_html(const Gallery& gallery);

}  // namespace pellucid::report
