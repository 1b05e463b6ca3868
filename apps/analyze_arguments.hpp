// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "checks.hpp"
#include "inputs.hpp"
#include "pellucid/analysis/training_signals.hpp"
#include "pellucid/report/evaluation_json.hpp"
#include "report_outputs.hpp"

namespace pellucid::app {

/// Where the signals of an analysis come from: files, or a spiked model.
struct SourceArguments {
  std::vector<std::string> clean;
  std::string spikes, basis = "canonical", fresh, noise_std;
  std::optional<Index> dim, samples;
  bool complex_data = false, center = false;
  Fresh synthetic_fresh = Fresh::all;  ///< unless `fresh` says otherwise
  std::optional<Index> components;
  Index first = no_limit;
  std::uint64_t seed = 1;

  [[nodiscard]] bool is_synthetic() const { return !spikes.empty(); }
  [[nodiscard]] std::vector<double> levels() const;
  [[nodiscard]] Fresh fresh_choice() const;
  [[nodiscard]] SpikedSignals model() const;
  /// Throws `UsageError` unless signals come from one place, with options of that place.
  void check(const CLI::App& command) const;
  /// The leading components to look at of signals of data: 8 unless told otherwise.
  [[nodiscard]] ComponentCount component_count_of(Index dim, Index signals) const;
};

void add_source_options(CLI::App& command, SourceArguments& arguments,
                        const std::string& default_levels);

/// Standard deviations: numbers, `start:step:stop` and `low:high:COUNTlog`, separated by commas.
[[nodiscard]] std::vector<double> parse_noise_levels(const std::string& text);

/// All signals of the inputs, one a column.
template <class T>
[[nodiscard]] Matrix<T> read_all(const Inputs& inputs) {
  const InputSamples<T> samples(inputs);
  Matrix<T> all(samples.dim(), samples.count());
  samples.read(0, all);
  return all;
}

/// The page's title: as given, or what was analysed.
[[nodiscard]] std::string title_of(const ReportArguments& outputs, const SourceArguments& source,
                                   const std::optional<Inputs>& inputs);

/// Version, command line and source as settings of a result.
[[nodiscard]] RunSettings source_settings(const SourceArguments& arguments,
                                          const std::string& command_line);

/// A value as JSON text; file names need not be valid UTF-8.
[[nodiscard]] std::string json_string(const std::string& text);

}  // namespace pellucid::app
