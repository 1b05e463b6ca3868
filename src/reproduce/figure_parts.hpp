// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "pellucid/base/run_settings.hpp"
#include "pellucid/reproduce/findings.hpp"

namespace pellucid::reproduce {

/// Values as settings have them, JSON text.
[[nodiscard]] std::string setting(std::string_view text);
[[nodiscard]] std::string setting(double value);
[[nodiscard]] std::string setting(std::integral auto value) { return std::to_string(value); }
[[nodiscard]] std::string setting(const std::vector<double>& values);
[[nodiscard]] std::string setting(const std::vector<int>& values);

[[nodiscard]] inline FindingPoint point(double x, const Measured& y) {
  return {x, y.value, y.error};
}

}  // namespace pellucid::reproduce
