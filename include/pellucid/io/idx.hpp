// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include "pellucid/io/array.hpp"

namespace pellucid {

/// IDX, the format of MNIST and its kin, plain or gzipped: types 08 (uint8), 09 (int8), 0B (int16),
/// 0C (int32), 0D (float32) and 0E (float64). No more is inflated than the header declares.
[[nodiscard]] Array read_idx(const std::filesystem::path& path);

}  // namespace pellucid
