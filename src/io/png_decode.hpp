// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "pellucid/io/array.hpp"

namespace pellucid::io {

/// Decodes one PNG held in memory; `path` names it in errors. Shape (height, width) or
/// (height, width, 3).
[[nodiscard]] Array decode_png(const std::filesystem::path& path, std::span<const std::byte> file);

}  // namespace pellucid::io
