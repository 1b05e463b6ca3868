// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "report/shown.hpp"

namespace pellucid::report {

/// Strips of samples under each other as an SVG document of a paper's column; the clean ones first.
/// Of large pictures and sounds the first sample of each.
[[nodiscard]] std::string sample_figure(const Gallery& gallery, const std::vector<Strip>& strips,
                                        const std::string& title);

}  // namespace pellucid::report
