// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "commands.hpp"
#include "memory.hpp"
#include "observation_arguments.hpp"

namespace pellucid::app {

/// What `pellucid denoise` is asked for.
struct DenoiseArguments {
  std::vector<std::string> noisy;
  std::string model, output, std_output, method = "auto", steps = "all", rule = "posterior",
                                         schedule, precision = "auto";
  ObservationArguments observation;
  MemoryLimit memory;
  double resampling = 1.0;
  int draws = 16;
  std::uint64_t seed = 1;
};

/// Reads, estimates and writes.
void run_denoise(const DenoiseArguments& arguments, const Common& common);

}  // namespace pellucid::app
