// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "pellucid/io/array_file.hpp"

namespace pellucid::io {

/// One array of NumPy's `.npz`, a zip archive of `.npy` files. `variable` may be empty where it
/// holds one array only. An array stored without compression is read block by block.
[[nodiscard]] std::unique_ptr<ArrayReader> open_npz(const std::filesystem::path& path,
                                                    const std::string& variable,
                                                    const std::string& label);

/// An archive of one array; memory order and compression are those of `like`.
[[nodiscard]] std::unique_ptr<ArrayWriter> create_npz(const std::filesystem::path& path,
                                                      const std::string& variable,
                                                      const std::string& label, DType type,
                                                      const std::vector<Index>& shape,
                                                      const FileTraits* like);

}  // namespace pellucid::io
