// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/reproduce/findings.hpp"

namespace pellucid::reproduce {

// Titles and axes of the figures of `power-iteration`, without curves; `ratio` is d / n.
[[nodiscard]] FindingFigure step_figure(double ratio);
[[nodiscard]] FindingFigure range_figure();
[[nodiscard]] FindingFigure generated_figure();
[[nodiscard]] FindingFigure factor_figure();

}  // namespace pellucid::reproduce
