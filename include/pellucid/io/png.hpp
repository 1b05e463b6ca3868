// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pellucid {

/// 8-bit pixels, row by row, as a PNG in memory; `channels` is 1 (grey) or 3 (red, green, blue).
/// Files of PNG are read by `open_array` and written by `create_array`.
[[nodiscard]] std::vector<std::byte> encode_png(const std::uint8_t* pixels, int width, int height,
                                                int channels);

}  // namespace pellucid
