// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "report/colour_map.hpp"

namespace pellucid::report {

/// A PNG in memory of pixels that number the colours of a palette, row by row: a third of the size
/// that it has in red, green and blue.
[[nodiscard]] std::vector<std::byte> indexed_png(std::span<const std::uint8_t> pixels, int width,
                                                 int height, std::span<const Colour> palette);

/// A PNG in memory of red, green and blue pixels that says how large it is meant to be.
[[nodiscard]] std::vector<std::byte> rgb_png(std::span<const std::uint8_t> pixels, int width,
                                             int height, double dots_per_inch);

}  // namespace pellucid::report
