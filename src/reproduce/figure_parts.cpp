// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/figure_parts.hpp"

#include <nlohmann/json.hpp>

namespace pellucid::reproduce {

std::string setting(std::string_view text) { return nlohmann::json(text).dump(); }
std::string setting(double value) { return nlohmann::json(value).dump(); }
std::string setting(const std::vector<double>& values) { return nlohmann::json(values).dump(); }
std::string setting(const std::vector<int>& values) { return nlohmann::json(values).dump(); }

}  // namespace pellucid::reproduce
