// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "pellucid/io/array.hpp"

namespace pellucid::io {

/// What the dictionary at the start of a `.npy` file says.
struct NpyHeader {
  DType type = DType::float32;
  bool swapped = false;  ///< the file's byte order is not this machine's
  bool fortran_order = false;
  std::vector<Index> shape;
};

/// Parses the dictionary, a Python literal such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. Throws `Error`, first word
/// `path`.
[[nodiscard]] NpyHeader parse_npy_header(const std::filesystem::path& path, std::string_view text);

/// The dictionary of an array in C order and this machine's byte order.
[[nodiscard]] std::string npy_dictionary(const Array& array);

}  // namespace pellucid::io
