// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "pellucid/io/array_file.hpp"

namespace pellucid::io {

inline constexpr const char* kStandardInput = "standard input";
inline constexpr const char* kStandardOutput = "standard output";

/// A path under which standard input can be read as a file, as often as one likes: a pipe is first
/// copied whole into a temporary file that has no name.
[[nodiscard]] std::filesystem::path standard_input_path();

/// A writer of what `create` makes, a file of its own, that is copied to standard output when it is
/// complete.
[[nodiscard]] std::unique_ptr<ArrayWriter> create_spooled(
    const std::function<std::unique_ptr<ArrayWriter>(const std::filesystem::path&)>& create);

/// Standard output as a path for `OutputFile`.
[[nodiscard]] std::filesystem::path standard_output_path();

}  // namespace pellucid::io
