// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "console.hpp"
#include "fit_arguments.hpp"
#include "pellucid/analysis/calibrate.hpp"
#include "pellucid/base/sample_source.hpp"
#include "pellucid/training/train_network.hpp"

namespace pellucid::app {

/// A trained network, how it was trained, and the errors by which its numbers of steps were chosen.
struct TrainedNetwork {
  Model model;
  std::string failure;  ///< why the model is that of an epoch before the training broke off, or ""
  NetworkTrainingReport training;
  CalibrationResult calibration;
};

/// Trains the network that `arguments` ask for, with checkpoints, and calibrates it on the samples
/// that were kept apart. Where the loss is not finite any more, the model is the last good one.
template <class T>
[[nodiscard]] TrainedNetwork fit_network(const SampleSource<T>& source, const SampleSpace& space,
                                         const FitArguments& arguments, int threads,
                                         Console& console);

/// For people: whole lines.
[[nodiscard]] std::string training_text(const TrainedNetwork& network);

/// `{"settings": {...}, "epochs": [...], "calibration": [...]}`.
[[nodiscard]] std::string training_json(const TrainedNetwork& network, const RunSettings& settings);

}  // namespace pellucid::app
