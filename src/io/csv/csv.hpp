// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "pellucid/io/array_file.hpp"

namespace pellucid::io {

/// Small tables of numbers: a row is a sample, columns are separated by commas, semicolons, tabs or
/// blanks, `#` starts a comment, the first line may be a header. float64, or complex128 where a
/// number has an imaginary part (`1+2i`, `1+2j`, `(1+2j)`). Errors name line and column.
[[nodiscard]] std::unique_ptr<ArrayReader> open_csv(const std::filesystem::path& path,
                                                    const std::string& label);

/// Columns separated by commas, as few digits as give the same numbers again.
[[nodiscard]] std::unique_ptr<ArrayWriter> create_csv(const std::filesystem::path& path,
                                                      const std::string& label, DType type,
                                                      const std::vector<Index>& shape);

}  // namespace pellucid::io
