// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace pellucid::io {

/// Parses JSON that a file holds under the name `what`; throws `Error`, first word the path, where
/// it is no JSON, names something twice or nests deeper than `depth` lists and objects.
[[nodiscard]] nlohmann::json parse_json(const std::filesystem::path& path, std::string_view what,
                                        std::string_view text, int depth);

/// The same, with what objects name in its order in the file.
[[nodiscard]] nlohmann::ordered_json parse_ordered_json(const std::filesystem::path& path,
                                                        std::string_view what,
                                                        std::string_view text, int depth);

}  // namespace pellucid::io
