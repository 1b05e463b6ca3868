// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "report/line_plot.hpp"
#include "report/series.hpp"

namespace pellucid::report {

/// NMSE over SNR, every method.
[[nodiscard]] LinePlot nmse_plot(const std::vector<Series>& series);

/// Excess over the CME: in percent of the MMSE where that is known at every SNR, else in units of
/// NMSE. No curves where no row has an excess beyond rounding errors.
[[nodiscard]] LinePlot excess_plot(const std::vector<Series>& series);

/// Segmental SNR over SNR, in decibel. No curves where no row has one.
[[nodiscard]] LinePlot segmental_snr_plot(const std::vector<Series>& series);

/// Labels of the methods whose excess is nothing but rounding errors: they compute the CME.
[[nodiscard]] std::vector<std::string> same_as_cme(const std::vector<Series>& series);

}  // namespace pellucid::report
