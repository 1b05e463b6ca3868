// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace pellucid {

/// How a run was made, for results and reports: `(name, value)` in the order shown, values as JSON
/// text ("1000", "\"linear,300\"").
using RunSettings = std::vector<std::pair<std::string, std::string>>;

}  // namespace pellucid
