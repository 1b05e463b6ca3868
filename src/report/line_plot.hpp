// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pellucid::report {

enum class Marker { none, circle, square, triangle, diamond, cross, open_square, open_triangle };

/// How a curve looks. Colour, dashes and marker each tell curves apart, so print and every kind of
/// colour vision can.
struct CurveStyle {
  std::string_view colour;  ///< class of plot.css
  std::string_view dashes;  ///< `stroke-dasharray`, empty for a solid line
  Marker marker = Marker::circle;
  bool band = false;  ///< a broad pale line that others may run on
};

struct PlotPoint {
  double x = 0.0;
  double y = 0.0;
  double error = 0.0;  ///< standard error of `y`, drawn as a bar to both sides
  std::string note;    ///< shown on hovering
};

struct Curve {
  std::string label;
  CurveStyle style;
  std::vector<PlotPoint> points;
};

/// Curves over a linear horizontal and a logarithmic vertical axis.
struct LinePlot {
  std::string id;     ///< prefix of the picture's element ids, unique in a page
  std::string title;  ///< for those who cannot see the picture
  std::string x_label;
  std::string y_label;
  std::vector<Curve> curves;
};

/// Where a plot is shown. Letters keep their size, so a phone gets a picture of its own.
enum class PlotForm { wide, narrow };

/// An SVG element drawn with the classes of plot.css; well-formed XML. Points that a logarithmic
/// axis cannot show (zero, negative, not finite) are left out and their curve is broken there.
/// Empty where no point can be shown.
[[nodiscard]] std::string line_plot_svg(const LinePlot& plot, PlotForm form, double height);

/// Points that `line_plot_svg` leaves out.
[[nodiscard]] int points_left_out(const LinePlot& plot);

}  // namespace pellucid::report
