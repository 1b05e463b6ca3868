// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "pellucid/io/array.hpp"
#include "pellucid/io/output_folder.hpp"

namespace pellucid {

/// One PNG as an array of one sample: shape (1, height, width) for grey and (1, height, width, 3)
/// for colour images, uint8 up to 8 bits per channel and uint16 for 16, values as stored (no
/// gamma). Palettes become colours, 1, 2 and 4 bit grey spreads to 0..255. An alpha channel that is
/// opaque everywhere is dropped; one that is not is refused.
[[nodiscard]] Array read_png(const std::filesystem::path& path);

/// Every `*.png` of a folder, `image2.png` before `image10.png`, as one array (n, height, width) or
/// (n, height, width, 3). Throws `Error` naming the first file whose size or type differs.
[[nodiscard]] Array read_png_folder(const std::filesystem::path& path);

/// 8-bit pixels, row by row, as a PNG in memory; `channels` is 1 (grey) or 3 (red, green, blue).
[[nodiscard]] std::vector<std::byte> encode_png(const std::uint8_t* pixels, int width, int height,
                                                int channels);

/// Writes one 8-bit PNG per sample, 00000.png, 00001.png, ...; samples have shape (height, width),
/// (height, width, 1) or (height, width, 3). Values are rounded to the nearest integer and clipped
/// to 0..255; returns the number of entries that were clipped. The folder appears whole or not at
/// all; the form with an open folder leaves `commit` to the caller.
Index write_png_folder(const std::filesystem::path& path, const Array& images);
Index write_png_folder(OutputFolder& out, const Array& images);

}  // namespace pellucid
