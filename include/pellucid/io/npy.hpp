// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include "pellucid/io/array.hpp"

namespace pellucid {

/// NumPy's `.npy`, versions 1 to 3, any numeric type of `DType`, both byte orders, C and Fortran
/// order (converted). Object, string, bool and structured arrays are refused.
[[nodiscard]] Array read_npy(const std::filesystem::path& path);

/// Writes version 1.0, C order; the file appears whole or not at all.
void write_npy(const std::filesystem::path& path, const Array& array);

}  // namespace pellucid
