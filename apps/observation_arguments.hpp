// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "inputs.hpp"
#include "pellucid/model/model.hpp"
#include "pellucid/model/noise.hpp"
#include "pellucid/posterior/linear_observation.hpp"
#include "pellucid/reverse/method.hpp"

namespace pellucid::app {

/// How signals were observed: noise of one kind or another, directly or through a matrix.
struct ObservationArguments {
  std::optional<std::string> snr_db, noise_std, noise, noise_covariance, operator_file;

  /// The noise; with a covariance, and where it is to be estimated, the factor 1. Wrong usage
  /// unless exactly one kind is given.
  [[nodiscard]] Noise known_noise() const;
  /// Whether it is to be estimated from the data.
  [[nodiscard]] bool is_estimated() const { return noise.has_value(); }
  /// What a message about the noise starts with.
  [[nodiscard]] std::string noise_name() const { return noise_std.value_or("--snr-db"); }
  /// Files that no output may replace.
  [[nodiscard]] std::vector<std::string> files() const;
};

void add_observation_options(CLI::App& command, ObservationArguments& arguments);

/// What the options of an observation ask of a model, a method and the observations; `std_output`
/// is where deviations go, or empty. Throws `Error` and `UsageError`.
void check_observation(const ObservationArguments& arguments, const std::string& std_output,
                       Method method, const Model& model, const std::string& model_file);

/// Reads the matrices, and throws `Error` naming the file where one does not fit the model or each
/// other. `T` is double or std::complex<double>.
template <class T>
[[nodiscard]] LinearObservation<T> read_observation(const ObservationArguments& arguments,
                                                    const Model& model,
                                                    const std::string& model_file);

/// Throws `Error` where files do not hold observations of `observed` entries by `operator_file`, or
/// are complex for a real model or the reverse.
void check_observations(const Inputs& inputs, Index observed, const std::string& operator_file,
                        const Model& model, const std::string& model_file);

}  // namespace pellucid::app
