// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "pellucid/io/array_file.hpp"

namespace pellucid::io {

/// Plain files are read block by block, gzipped ones inflated into memory.
[[nodiscard]] std::unique_ptr<ArrayReader> open_idx(const std::filesystem::path& path,
                                                    const std::string& label);

[[nodiscard]] std::unique_ptr<ArrayWriter> create_idx(const std::filesystem::path& path,
                                                      const std::string& label, DType type,
                                                      const std::vector<Index>& shape,
                                                      bool compressed);

}  // namespace pellucid::io
