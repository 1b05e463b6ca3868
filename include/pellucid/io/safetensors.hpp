// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "pellucid/io/array.hpp"
#include "pellucid/io/output_file.hpp"

namespace pellucid {

/// The content of a `.safetensors` file: named arrays (no complex types in this format) and
/// metadata strings.
struct SafeTensors {
  std::map<std::string, std::string> metadata;
  std::map<std::string, Array> tensors;
};

/// Reads a whole file; checks the header's length, JSON, types, shapes, and that the tensors'
/// offsets tile the data exactly (no overlap, no gap, none past the end) before allocating.
[[nodiscard]] SafeTensors read_safetensors(const std::filesystem::path& path);

/// Writes into an open output; the caller commits it.
void write_safetensors(OutputFile& out, const SafeTensors& content);

}  // namespace pellucid
