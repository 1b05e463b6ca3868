// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "pellucid/analysis/calibrate.hpp"

namespace pellucid::app {

/// A row for every number of steps tried, in every precision.
[[nodiscard]] nlohmann::ordered_json trials_json(const CalibrationResult& result);

}  // namespace pellucid::app
