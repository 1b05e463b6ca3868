// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace pellucid::report {

enum class Marker {
  none,
  circle,
  square,
  triangle,
  diamond,
  open_circle,
  open_square,
  open_triangle,
  open_diamond,
  cross
};

/// A mark of a plot at `(x, y)`, an SVG path with the class "full" or "open"; empty for none.
[[nodiscard]] std::string marker_svg(Marker marker, double x, double y);

}  // namespace pellucid::report
