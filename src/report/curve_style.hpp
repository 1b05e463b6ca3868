// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "report/line_plot.hpp"

namespace pellucid::report {

/// Curves whose styles differ from each other: more are told apart by their names only.
inline constexpr std::size_t distinct_styles = 8;

/// The look of a page's `i`-th curve: colour, dashes and marker.
[[nodiscard]] CurveStyle numbered_style(std::size_t i);

}  // namespace pellucid::report
