// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "pellucid/io/array.hpp"

namespace pellucid::io {

struct MatTarget {
  std::string variable;
  bool is_73 = false;  ///< version 7.3, which is HDF5; else 5
  bool compressed = false;
};

/// For the child: makes the file `path` anew with one variable. Returns what went wrong, nothing
/// where all went well. The same array gives the same bytes at any time.
[[nodiscard]] std::string write_mat5(const std::string& path, const Array& array,
                                     const MatTarget& target);
[[nodiscard]] std::string write_mat73(const std::string& path, const Array& array,
                                      const MatTarget& target);

}  // namespace pellucid::io
