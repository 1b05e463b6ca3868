// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include "pellucid/io/output_file.hpp"
#include "pellucid/model/model.hpp"

namespace pellucid {

/// Reads a model (`.safetensors`, layout in docs/formats.md). A hand-written mixture with the three
/// tensors and only `kind` and `complex` in its metadata is valid. Throws `Error`, first word the
/// path.
[[nodiscard]] Model read_model(const std::filesystem::path& path);

/// Writes a model; the form with an open output lets a long fit find out before it starts whether
/// the path can be written.
void write_model(const std::filesystem::path& path, const Model& model);
void write_model(OutputFile& out, const Model& model);

}  // namespace pellucid
