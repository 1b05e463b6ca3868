// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "pellucid/analysis/alignment.hpp"
#include "pellucid/analysis/trajectory.hpp"
#include "pellucid/report/evaluation_json.hpp"
#include "pellucid/report/figures.hpp"

namespace pellucid {

/// What a report says about its making.
struct ReportHead {
  std::string title;         ///< "Spikes 16, 8, 4 in 256 dimensions"
  std::string command_line;  ///< the command that made it
  RunSettings settings;
};

/// An analysis for people.
struct AnalysisReport {
  std::string html;                 ///< one self-contained document, as `page_html`
  std::vector<FigureFile> figures;  ///< its plots and heat maps
};

/// Squared cosines and eigenvalues over the noise level beside theory, where components emerge, and
/// a table of every number. Figures: "cos2", "cos2_map", "eigenvalues".
[[nodiscard]] AnalysisReport alignment_report(const Alignment& alignment, const ReportHead& head);

/// Error, energy by frequency band and spectrum at every step, for linear denoisers also the
/// product of the steps, and a table of every number. Figures: "error" where there is a truth,
/// "bands", "bands_map", "spectrum", and of linear denoisers "product" and "components".
[[nodiscard]] AnalysisReport trajectory_report(const Trajectory& trajectory,
                                               const ReportHead& head);

}  // namespace pellucid
