// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include "pellucid/io/array.hpp"
#include "pellucid/io/output_file.hpp"

namespace pellucid {

/// NumPy's `.npy`, versions 1 to 3, any numeric type of `DType`, both byte orders, C and Fortran
/// order (converted). Object, string, bool and structured arrays are refused.
[[nodiscard]] Array read_npy(const std::filesystem::path& path);

/// Writes version 1.0, C order, to a temporary name beside `path` and renames it; the form with an
/// open output leaves `commit` to the caller.
void write_npy(const std::filesystem::path& path, const Array& array);
void write_npy(OutputFile& out, const Array& array);

}  // namespace pellucid
