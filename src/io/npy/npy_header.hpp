// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/stored_array.hpp"

namespace pellucid::io {

inline constexpr std::string_view kNpyMagic = "\x93NUMPY";

/// Parses the dictionary, a Python literal such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. Throws `Error`, first word
/// `path`.
[[nodiscard]] StoredLayout parse_npy_header(const std::string& path, std::string_view text);

/// Everything before the elements, in version 1.0 and this machine's byte order.
[[nodiscard]] std::string npy_preamble(DType type, const std::vector<Index>& shape,
                                       bool fortran_order);

}  // namespace pellucid::io
