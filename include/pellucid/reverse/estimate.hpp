// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "pellucid/base/monitor.hpp"
#include "pellucid/reverse/calibration.hpp"
#include "pellucid/reverse/method.hpp"
#include "pellucid/reverse/process.hpp"

namespace pellucid {

/// How to estimate, beyond the denoiser and the noise.
struct EstimateOptions {
  Method method = Method::automatic;
  Steps steps;              ///< of mean_forwarding, average and sample; all by default
  double resampling = 1.0;  ///< r of average and sample, at least 0
  Rule rule = Rule::posterior;
  int draws = 16;  ///< M of average
  /// Of a network; none: under `automatic` the calibration's at the observation's SNR, otherwise
  /// or without one the denoiser's own.
  std::optional<Precision> precision;
  std::uint64_t seed = 1;
  std::uint64_t first_sample = 0;  ///< number of the first column, for the random numbers
  int threads = 0;                 ///< 0: all cores
};

/// Estimates the clean signals of observations `y = x + n` in model units (zero mean, unit average
/// variance) with noise variance `variances` per entry, one number for all columns or one for each.
/// Columns are cut into tiles that go through all steps on one thread. Results do not depend on
/// `threads`. Returns the mean number of denoiser evaluations per sample. Throws `Error` for
/// options out of range, `Stopped` when the monitor asks. `steps all` beyond the schedule's range
/// starts at the observation's true level. SNRs beyond what a network was trained for are warned
/// of, and the nearest one is asked in their place.
template <class T>
double estimate(const Denoiser<T>& denoiser, const Schedule& schedule,
                const Calibration& calibration, ConstBatch<T> noisy,
                std::span<const double> variances, const EstimateOptions& options,
                Batch<T> estimates, Monitor* monitor = nullptr, const Observer<T>& observer = {});

/// How to generate.
struct GenerateOptions {
  Steps steps;              ///< all of the schedule's by default
  double resampling = 1.0;  ///< r
  Rule rule = Rule::posterior;
  std::optional<Precision> precision;  ///< of a network; none: the denoiser's own
  std::uint64_t seed = 1;
  std::uint64_t first_sample = 0;
  int threads = 0;
};

/// Generates one sample per column of `samples`, in model units, by the reverse process from pure
/// noise. Returns the number of evaluations per sample. Warns where the schedule ends at more than
/// -10 dB, so that its noisiest step is not close to pure noise.
template <class T>
double generate(const Denoiser<T>& denoiser, const Schedule& schedule,
                const GenerateOptions& options, Batch<T> samples, Monitor* monitor = nullptr,
                const Observer<T>& observer = {});

}  // namespace pellucid
