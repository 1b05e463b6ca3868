// SPDX-License-Identifier: BSD-3-Clause
#include "report/colour_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace pellucid::report {
namespace {

// Viridis (matplotlib; CC0) at nine places.
constexpr std::array<Colour, 9> viridis = {{{0x44, 0x01, 0x54},
                                            {0x47, 0x2d, 0x7b},
                                            {0x3b, 0x52, 0x8b},
                                            {0x2c, 0x72, 0x8e},
                                            {0x21, 0x91, 0x8c},
                                            {0x28, 0xae, 0x80},
                                            {0x5e, 0xc9, 0x62},
                                            {0xad, 0xdc, 0x30},
                                            {0xfd, 0xe7, 0x25}}};

Colour mapped(double position) {
  const double place = position * static_cast<double>(viridis.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), viridis.size() - 2);
  const double share = place - static_cast<double>(below);
  Colour colour{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double mixed = (1 - share) * viridis[below][c] + share * viridis[below + 1][c];
    colour[c] = static_cast<std::uint8_t>(std::lround(mixed));
  }
  return colour;
}

}  // namespace

std::vector<Colour> colour_map(int count) {
  std::vector<Colour> colours;
  colours.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    colours.push_back(mapped(count < 2 ? 0.0 : static_cast<double>(i) / (count - 1)));
  }
  return colours;
}

std::string colour_map_gradient() {
  std::string text = "linear-gradient(to right";
  for (const Colour& c : viridis) text += fmt::format(",#{:02x}{:02x}{:02x}", c[0], c[1], c[2]);
  return text + ")";
}

}  // namespace pellucid::report
