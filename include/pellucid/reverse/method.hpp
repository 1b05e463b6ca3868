// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>
#include <vector>

namespace pellucid {

/// Ways to an answer from one observation; all are the same reverse process.
enum class Method {
  automatic,        ///< calibrated number of steps where there is a calibration, else `one_step`
  one_step,         ///< the denoiser once, at the observation's level
  mean_forwarding,  ///< conditional means forwarded down a grid, re-sampling off
  average,          ///< mean of M posterior samples
  sample,           ///< one posterior sample, re-sampling on
};

[[nodiscard]] std::string_view name(Method method);
/// Reads the command line's names; throws `Error` listing them.
[[nodiscard]] Method parse_method(std::string_view name);
[[nodiscard]] const std::vector<Method>& all_methods();

}  // namespace pellucid
