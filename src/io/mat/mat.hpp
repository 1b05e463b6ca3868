// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "pellucid/io/array_file.hpp"

namespace pellucid::io {

/// MATLAB files, version 5 (5 to 7) and 7.3 (HDF5): one numeric array, real or complex, with the
/// axes that MATLAB shows, the first counting samples. `variable` may be empty where the file holds
/// one numeric array only. `label` starts every message.
[[nodiscard]] std::unique_ptr<ArrayReader> open_mat(const std::filesystem::path& path,
                                                    const std::string& variable,
                                                    const std::string& label);

/// Version and compression are those of `like`, else 5; a variable without name is called `x`.
[[nodiscard]] std::unique_ptr<ArrayWriter> create_mat(const std::filesystem::path& path,
                                                      const std::string& variable, DType type,
                                                      const std::vector<Index>& shape,
                                                      const FileTraits* like);

}  // namespace pellucid::io
