// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "report/shown.hpp"

namespace pellucid::report {

/// Clean, noisy and estimated samples side by side, a block for each SNR: pictures, curves, or
/// spectrograms with players. Empty without any; as many as the page's weight allows, which is
/// said.
[[nodiscard]] std::string side_by_side_html(const Gallery& gallery,
                                            const std::vector<Series>& series);

/// The generated samples; empty without any.
[[nodiscard]] std::string generated_html(const Gallery& gallery);

}  // namespace pellucid::report
