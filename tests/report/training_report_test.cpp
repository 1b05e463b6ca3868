// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/report/training_report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "well_formed.hpp"

namespace pellucid::test {
namespace {

NetworkTrainingReport some_training() {
  NetworkTrainingReport training;
  training.architecture = {{1, 4}, MlpArchitecture{}};
  training.validation_samples = 10;
  training.epochs_planned = 3;
  training.best_epoch = 2;
  training.epochs = {{1.0, 0.9, 1e-3, 2}, {0.8, 0.7, 5e-4, 2}, {0.75, 0.72, 0, 2}};
  return training;
}

CalibrationResult some_calibration() {
  CalibrationResult result;
  for (const double snr_db : {-5.0, 0.0, 5.0}) {
    for (const int steps : {1, 2}) {
      result.trials.push_back({.snr_db = snr_db, .steps = steps, .nmse = 0.1 + 0.01 * steps});
    }
  }
  return result;
}

const FigureFile& figure(const AnalysisReport& report, std::string_view name) {
  return *std::find_if(report.figures.begin(), report.figures.end(),
                       [&](const FigureFile& file) { return file.name == name; });
}

TEST(TrainingReport, ShowsLossesAndTheBestEpoch) {
  const AnalysisReport report = training_report(some_training(), some_calibration(), {});
  EXPECT_EQ(xml_fault(report.html), "");
  EXPECT_EQ(report.figures.size(), 3U);
  EXPECT_NE(report.html.find("after epoch <b>2</b>"), std::string::npos);
}

TEST(TrainingReport, WithoutValidationAndCalibrationLeavesThemOut) {
  NetworkTrainingReport training = some_training();
  training.validation_samples = 0;
  for (TrainingEpoch& epoch : training.epochs) {
    epoch.validation_loss = std::numeric_limits<double>::quiet_NaN();
  }
  const AnalysisReport report = training_report(training, {}, {});
  EXPECT_EQ(report.figures.size(), 2U);
  EXPECT_EQ(report.html.find("nan"), std::string::npos);
}

TEST(TrainingReport, TrialsInAnotherPrecisionAddNoPointsToTheCurves) {
  CalibrationResult both = some_calibration();
  for (CalibrationTrial trial : some_calibration().trials) {
    trial.precision = Precision::bf16;
    both.trials.push_back(trial);
  }
  EXPECT_EQ(figure(training_report(some_training(), both, {}), "steps").svg,
            figure(training_report(some_training(), some_calibration(), {}), "steps").svg);
}

}  // namespace
}  // namespace pellucid::test
