// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace pellucid::report {

using Colour = std::array<std::uint8_t, 3>;

/// `count` colours from violet over green to yellow, even in lightness, so they also print in grey
/// and every kind of colour vision can order them.
[[nodiscard]] std::vector<Colour> colour_map(int count);

/// The same as a CSS gradient, for legends.
[[nodiscard]] std::string colour_map_gradient();

}  // namespace pellucid::report
