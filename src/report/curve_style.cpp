// SPDX-License-Identifier: BSD-3-Clause
#include "report/curve_style.hpp"

#include <array>

namespace pellucid::report {

CurveStyle numbered_style(std::size_t i) {
  static constexpr std::array<std::string_view, 4> colours = {"c-0", "c-1", "c-2", "c-3"};
  static constexpr std::array<std::string_view, 4> dashes = {"", "8 4", "10 3 2 3", "4 3"};
  static constexpr std::array<Marker, 8> markers = {
      Marker::circle,      Marker::square,        Marker::triangle,     Marker::diamond,
      Marker::open_circle, Marker::open_triangle, Marker::open_diamond, Marker::open_square};
  return {colours[i % 4], dashes[(i + i / 4) % 4], markers[i % 8]};
}

}  // namespace pellucid::report
