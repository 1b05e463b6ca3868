// SPDX-License-Identifier: BSD-3-Clause
#include "report/curve_style.hpp"

#include <array>

namespace pellucid::report {

CurveStyle numbered_style(std::size_t i) {
  static constexpr std::array<std::string_view, 8> colours = {"c-0", "c-1", "c-2", "c-3",
                                                              "c-4", "c-5", "c-6", "c-7"};
  // Of lines without marks they tell colours apart in black and white.
  static constexpr std::array<std::string_view, 8> dashes = {
      "", "8 4", "10 3 2 3", "4 3", "16 4", "2 3", "10 3 2 3 2 3", "14 3 5 3"};
  static constexpr std::array<Marker, 8> markers = {
      Marker::circle,      Marker::square,        Marker::triangle,     Marker::diamond,
      Marker::open_circle, Marker::open_triangle, Marker::open_diamond, Marker::open_square};
  return {colours[i % 8], dashes[(i + i / 8) % 8], markers[(i + 3 * (i / 8)) % 8]};
}

}  // namespace pellucid::report
