// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "pellucid/analysis/alignment.hpp"
#include "pellucid/analysis/trajectory.hpp"
#include "pellucid/report/evaluation_json.hpp"

namespace pellucid {

/// `{"settings": {...}, "results": [...], "emergence": [...]}`: a result per level and component,
/// numbers with all their digits, null for what does not apply. Throws `Error` for a setting whose
/// value is not JSON.
[[nodiscard]] std::string alignment_json(const Alignment& alignment, const RunSettings& settings);

/// `{"settings": {...}, "bands": {...}, "results": [...]}`: a result per step; linear processes
/// have their product's spectrum in each and a field "linear" with the generated covariance.
[[nodiscard]] std::string trajectory_json(const Trajectory& trajectory,
                                          const RunSettings& settings);

}  // namespace pellucid
