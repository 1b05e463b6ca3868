// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "pellucid/reverse/calibration.hpp"

namespace pellucid::io {

/// A list of `{"snr_db", "steps", "precision"}`, the last only where it is not f32.
[[nodiscard]] nlohmann::json calibration_json(const Calibration& calibration);
/// Throws `Error` saying what is wrong and how to mend it.
[[nodiscard]] Calibration parse_calibration(const nlohmann::json& list);

}  // namespace pellucid::io
