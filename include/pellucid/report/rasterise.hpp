// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace pellucid {

/// An SVG document as a PNG file in memory (librsvg), which says its resolution. Throws `Error` for
/// text that is no SVG, has no size, or would have more than 2^26 pixels.
[[nodiscard]] std::vector<std::byte> rasterise(const std::string& svg, double dots_per_inch);

}  // namespace pellucid
