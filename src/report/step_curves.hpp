// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/analysis/trajectory.hpp"
#include "report/heat_map.hpp"
#include "report/line_plot.hpp"

namespace pellucid::report {

/// Plots of a trajectory over its steps; without curves where it knows nothing of them.
[[nodiscard]] LinePlot error_plot(const Trajectory& trajectory);
/// Energy of the estimate in each frequency band, of that of the clean signals where known, else of
/// the last step's.
[[nodiscard]] LinePlot band_plot(const Trajectory& trajectory);
/// The same as colours. `project` only ever shrinks: there each step is divided by its mean over
/// the bands, so that their shares are seen.
[[nodiscard]] HeatMap band_map(const Trajectory& trajectory);
[[nodiscard]] LinePlot spectrum_plot(const Trajectory& trajectory);
/// Squared singular values of the product of a linear process's steps, of the largest one.
[[nodiscard]] LinePlot product_plot(const Trajectory& trajectory);
/// Squared cosines of its denoisers' eigenvectors.
[[nodiscard]] LinePlot component_plot(const Trajectory& trajectory);

/// "0 to 0.0625": a band in cycles per sample.
[[nodiscard]] std::string band_name(const Trajectory& trajectory, std::size_t band);

}  // namespace pellucid::report
