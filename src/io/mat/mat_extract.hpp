// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

namespace pellucid::io {

struct MatRequest {
  std::string path;  ///< by which the child can open the file
  std::uint64_t file_bytes;
  bool is_73;            ///< version 7.3, which is HDF5
  std::string variable;  ///< empty for the only numeric one
};

/// The child's part of reading a MATLAB file: sends the array or a refusal through `pipe`.
void extract_array(const MatRequest& request, int pipe);

}  // namespace pellucid::io
