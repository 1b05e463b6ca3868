// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/marker.hpp"

namespace pellucid::report {

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
  std::string value;   ///< `y` for people: "0.1015 ± 0.0021"
};

struct Curve {
  std::string label;
  CurveStyle style;
  std::size_t series = 0;  ///< the page's number of this method, by which it is switched on and off
  std::vector<PlotPoint> points;
  bool line = true;   ///< points are joined
  bool named = true;  ///< has a name beside the plot; one without shares another curve's series
};

/// A place on the horizontal axis, marked by a triangle that stands on it.
struct PlotMark {
  double x = 0.0;
  std::string_view colour;  ///< class of plot.css
  std::size_t series = 0;
  std::string meaning;  ///< for people: "threshold of component 2: 1.41"
};

enum class Scale { logarithmic, linear };

/// Curves over a horizontal axis.
struct LinePlot {
  std::string id;     ///< prefix of the picture's element ids, unique in a page
  std::string title;  ///< for those who cannot see the picture
  std::string x_name;
  std::string x_unit;  ///< may be empty
  std::string y_label;
  std::string y_name;  ///< before a point's value: "NMSE"
  Scale scale = Scale::logarithmic;
  std::vector<Curve> curves;
  Scale x_scale = Scale::linear;
  std::vector<PlotMark> marks;
};

/// Where a plot is shown. Letters keep their size, so a phone gets a picture of its own; `paper` is
/// a file 88 mm wide that brings its styles along.
enum class PlotForm { wide, narrow, paper };

/// An SVG element drawn with the classes of plot.css (paper.css); well-formed XML. Points that the
/// axes cannot show (not finite, on a logarithmic one also zero and negative) are left out and
/// their curve is broken there. Empty where no point can be shown.
[[nodiscard]] std::string line_plot_svg(const LinePlot& plot, PlotForm form, double height);

/// What a picture for `paper` begins with, `width x height` in its own units.
[[nodiscard]] std::string paper_head(std::string_view title, double width, double height);

/// Points that `line_plot_svg` leaves out.
[[nodiscard]] int points_left_out(const LinePlot& plot);

}  // namespace pellucid::report
