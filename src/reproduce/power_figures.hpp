// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/reproduce/findings.hpp"

namespace pellucid::reproduce {

/// A geometric mean, from the mean of decimal logarithms. Its error is the smaller side of the
/// bar from `y 10^-e` to `y 10^e`, `y (1 - 10^-e)`, which stays above 0 on a logarithmic axis.
[[nodiscard]] FindingPoint geometric_point(double x, const Measured& log10);

// Titles and axes of the figures of `power-iteration`, without curves; `ratio` is d / n.
[[nodiscard]] FindingFigure step_figure(double ratio);
[[nodiscard]] FindingFigure range_figure();
[[nodiscard]] FindingFigure leading_figure();
/// Of the product of `steps` steps of a plain power iteration, and of all steps of the others;
/// `narrow` is a second noise to begin from.
[[nodiscard]] FindingFigure spectrum_figure(double ratio, double narrow, int steps);
[[nodiscard]] FindingFigure generated_figure();
[[nodiscard]] FindingFigure factor_figure();

}  // namespace pellucid::reproduce
