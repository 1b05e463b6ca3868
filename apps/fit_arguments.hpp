// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "console.hpp"
#include "framing_arguments.hpp"
#include "inputs.hpp"
#include "memory.hpp"
#include "network_arguments.hpp"
#include "pellucid/io/checkpoint_file.hpp"
#include "pellucid/prior/fit_mixture.hpp"
#include "structure_arguments.hpp"

namespace pellucid::app {

/// What `fit` was asked for, as typed.
struct FitArguments {
  std::vector<std::string> clean;
  std::string prior = "mixture", output, schedule, start;
  std::string components = "16";  // a number or a range start:step:stop
  FramingArguments framing;
  MemoryLimit memory;
  StructureArguments structure;
  NetworkArguments network;
  std::optional<Index> rank;
  Index first = no_limit, vectors = 0, batch = 0;
  int passes = 100, restarts = 4;
  double tolerance = MixtureFitOptions<double>{}.tolerance;
  double regularisation = MixtureFitOptions<double>{}.regularisation;
  double ridge = 0.0;
  std::uint64_t seed = 1;
  bool resume = false;

  /// The numbers of components to fit, ascending. Throws `UsageError`.
  [[nodiscard]] std::vector<Index> component_range() const;
  /// Where the fit of a mixture or a network keeps its state.
  [[nodiscard]] std::string checkpoint() const { return output + ".checkpoint"; }
  /// Whether the output is a pipe or a device, beside which nothing is kept.
  [[nodiscard]] bool output_is_direct() const;
};

/// Warns where a fit that does not resume is about to replace an unfinished one.
void warn_of_unfinished(const CheckpointFile& checkpoint, const FitArguments& arguments,
                        Console& console);

}  // namespace pellucid::app
