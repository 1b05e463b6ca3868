// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/io/array_file.hpp"

namespace pellucid {

/// Where `create_array` puts an array: a file, and the variable in it that FILE.npz:NAME or
/// FILE.mat:NAME asks for; without NAME that of `like`, or "x".
struct OutputPlace {
  std::string file, variable;
};
[[nodiscard]] OutputPlace output_place(const std::string& name, const FileTraits* like = nullptr);

}  // namespace pellucid
