// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/analysis/calibrate.hpp"
#include "pellucid/report/analysis_report.hpp"
#include "pellucid/training/train_network.hpp"

namespace pellucid {

/// Loss curves, what was trained, errors by number of steps where `calibration` has any, and a
/// table of every epoch. Figures: "loss", "learning_rate", "steps" where calibrated.
[[nodiscard]] AnalysisReport training_report(const NetworkTrainingReport& training,
                                             const CalibrationResult& calibration,
                                             const ReportHead& head);

}  // namespace pellucid
