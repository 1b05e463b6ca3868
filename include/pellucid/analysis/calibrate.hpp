// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "pellucid/base/monitor.hpp"
#include "pellucid/base/signal_source.hpp"
#include "pellucid/model/model.hpp"

namespace pellucid {

struct CalibrateOptions {
  std::vector<double> snr_db;                ///< levels, referring to the model's signal power
  std::vector<int> steps{1, 2, 3, 4, 6, 8};  ///< numbers of steps tried
  /// Of a network; none: f32 for all numbers of steps, and bf16 too where the processor has its
  /// products.
  std::optional<Precision> precision;
  std::uint64_t seed = 1;
  int threads = 0;
  Index block_entries = default_block_entries;
};

/// What one number of steps in one precision cost at one level.
struct CalibrationTrial {
  double snr_db = 0.0;
  int steps = 1;
  Precision precision = Precision::f32;
  double nmse = 0.0;
  double nmse_stderr = 0.0;
  /// `mean (e - e_1) / mean p`, paired with one step, in f32 where that was tried, on the same
  /// samples and noise, and its error.
  double difference = 0.0;
  double difference_stderr = 0.0;
  bool chosen = false;
};

struct CalibrationResult {
  Calibration calibration;               ///< per level
  std::vector<CalibrationTrial> trials;  ///< by level, then by precision and steps
};

/// Chooses for every level the number of steps of mean forwarding with the lowest error on clean
/// validation signals, the fewest of those within 0.01 % of it: for an exact prior one step is
/// best, for a network often a few are. bf16 takes the place of f32 where its error with as many
/// steps is less than 0.5 % larger. All numbers see the same noise. The signals are read twice, a
/// block at a time. Throws `Error` for levels or steps that are empty or out of range and for
/// signals that are all equal.
template <class T>
[[nodiscard]] CalibrationResult calibrate(const SignalSource<T>& clean, const Model& model,
                                          const CalibrateOptions& options,
                                          Monitor* monitor = nullptr);

}  // namespace pellucid
