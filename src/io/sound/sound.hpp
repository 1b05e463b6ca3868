// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "pellucid/io/array_file.hpp"

namespace pellucid::io {

/// WAV and FLAC: shape (channels, length), amplitudes with full scale 1 whatever the sample format,
/// so that a model trained on 16-bit files denoises 24-bit and float ones; float32, float64 where
/// the file has more digits than that. `label` starts every message.
[[nodiscard]] std::unique_ptr<ArrayReader> open_sound(const std::filesystem::path& path,
                                                      const std::string& label);

/// `shape` is (channels, length) or (length). Rate and sample format are those of `like`, which is
/// needed for the rate; integer formats round and clip, and `remark` says how much.
[[nodiscard]] std::unique_ptr<ArrayWriter> create_sound(const std::filesystem::path& path,
                                                        FileFormat format, DType type,
                                                        const std::vector<Index>& shape,
                                                        const FileTraits* like);

}  // namespace pellucid::io
