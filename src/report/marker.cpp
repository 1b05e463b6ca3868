// SPDX-License-Identifier: BSD-3-Clause
#include "report/marker.hpp"

#include <fmt/format.h>

#include <string_view>

namespace pellucid::report {
namespace {

// Shapes of about equal area around the origin.
std::string_view outline(Marker marker) {
  switch (marker) {
    case Marker::none:
      return "";
    case Marker::circle:
    case Marker::open_circle:
      return "M-4.2 0a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0-8.4 0z";
    case Marker::square:
    case Marker::open_square:
      return "M-3.8-3.8h7.6v7.6h-7.6z";
    case Marker::triangle:
    case Marker::open_triangle:
      return "M0-5.2L4.8 3.6H-4.8z";
    case Marker::diamond:
    case Marker::open_diamond:
      return "M0-5.4L5.4 0L0 5.4L-5.4 0z";
    case Marker::cross:
      return "M-3.8-3.8L3.8 3.8M-3.8 3.8L3.8-3.8";
  }
  return "";
}

}  // namespace

std::string marker_svg(Marker marker, double x, double y) {
  if (marker == Marker::none) return "";
  return fmt::format("<path class=\"{}\" transform=\"translate({:.1f} {:.1f})\" d=\"{}\"/>",
                     marker < Marker::open_circle ? "full" : "open", x, y, outline(marker));
}

}  // namespace pellucid::report
