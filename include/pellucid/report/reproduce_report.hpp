// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "pellucid/report/figures.hpp"
#include "pellucid/reproduce/record.hpp"

namespace pellucid {

/// An experiment for people, made of its record alone.
struct ExperimentReport {
  std::string html;                 ///< one self-contained document
  std::vector<FigureFile> figures;  ///< under their ids
  std::string csv;                  ///< every point of every figure
};

/// Claim, expectation and measurement of one experiment, its figures and its numbers.
[[nodiscard]] ExperimentReport experiment_report(const ExperimentRecord& record);

/// `index.html` of a folder of experiments: claim, expectation, measurement and verdict side by
/// side, each with a link to `NAME/index.html`.
[[nodiscard]] std::string experiments_index(const std::vector<ExperimentRecord>& records,
                                            const std::string& command_line);

}  // namespace pellucid
