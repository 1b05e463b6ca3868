// SPDX-License-Identifier: BSD-3-Clause
#include "report/line_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "report/axis.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

constexpr double letter_width = 7.0;  // of the 13 px labels, on average
constexpr double label_spacing = 21.0;

bool can_show(const PlotPoint& point) {
  return std::isfinite(point.x) && std::isfinite(point.y) && point.y > 0.0;
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void include(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  [[nodiscard]] bool empty() const { return !(low <= high); }
};

// The drawing area inside the picture, in pixels, and where the names of the curves go.
struct Layout {
  double width, height, left, right, top, bottom;
  std::size_t longest_label;

  Layout(const LinePlot& plot, PlotForm form, double wanted, const Axis& y) {
    const bool wide = form == PlotForm::wide;
    width = wide ? 1040 : 370;
    longest_label = wide ? 42 : 44;
    std::size_t longest = 0;
    for (const Curve& curve : plot.curves) {
      longest = std::max(longest, std::min(longest_label, character_count(curve.label)));
    }
    const double margin = wide ? 58 + letter_width * static_cast<double>(longest) : 8;
    const double rows = static_cast<double>(plot.curves.size());
    std::size_t longest_tick = 0;
    for (const auto& tick : y.ticks()) {
      longest_tick = std::max(longest_tick, character_count(tick.label));
    }
    left = (wide ? 38 : 30) + 7.6 * static_cast<double>(longest_tick);
    right = width - margin;
    top = 12;
    bottom = top + std::max(wanted, wide ? (rows - 1) * label_spacing : 0.0);
    height = bottom + 48 + (wide ? 0 : rows * label_spacing + 6);
  }
};

class Drawing {
 public:
  Drawing(const LinePlot& plot, PlotForm form, double height, const Axis& x, const Axis& y)
      : plot_(plot), form_(form), at_(plot, form, height, y), x_(x), y_(y) {}

  std::string svg() {
    const char* id = form_ == PlotForm::wide ? "wide" : "narrow";
    add(R"(<svg class="plot {0}" viewBox="0 0 {1:g} {2:g}" role="img" )"
        R"(aria-labelledby="{3}-{0}" xmlns="http://www.w3.org/2000/svg">)"
        "\n<title id=\"{3}-{0}\">{4}</title>\n",
        id, at_.width, at_.height, escape(plot_.id), escape(plot_.title));
    grid();
    axes();
    for (const Curve& curve : plot_.curves) line(curve);
    for (const Curve& curve : plot_.curves) points(curve);
    if (form_ == PlotForm::wide) {
      names_beside();
    } else {
      names_below();
    }
    return text_ + "</svg>\n";
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> pattern, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), pattern, std::forward<Args>(args)...);
  }

  [[nodiscard]] double px(double x) const {
    return at_.left + x_.position(x) * (at_.right - at_.left);
  }
  [[nodiscard]] double py(double y) const {
    return at_.bottom - y_.position(y) * (at_.bottom - at_.top);
  }

  void grid() {
    const auto horizontal = [this](double y, const char* kind) {
      add("M{:.1f} {:.1f}H{:.1f}{}", at_.left, py(y), at_.right, kind);
    };
    const auto vertical = [this](double x) {
      add("M{:.1f} {:.1f}V{:.1f}", px(x), at_.top, at_.bottom);
    };
    add("<path class=\"grid minor\" d=\"M0 0");
    for (const double y : y_.minor()) horizontal(y, "");
    add("\"/>\n<path class=\"grid\" d=\"M0 0");
    for (const auto& tick : y_.ticks()) horizontal(tick.value, "");
    for (const auto& tick : x_.ticks()) vertical(tick.value);
    add("\"/>\n");
  }

  void axes() {
    add("<path class=\"axis\" d=\"M{0:.1f} {1:.1f}V{2:.1f}H{3:.1f}", at_.left, at_.top, at_.bottom,
        at_.right);
    for (const double x : x_.minor()) add("M{:.1f} {:.1f}v4", px(x), at_.bottom);
    add("\"/>\n<g class=\"ticks x\">");
    for (const auto& tick : x_.ticks()) {
      add("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", px(tick.value), at_.bottom + 19, tick.label);
    }
    add("</g>\n<g class=\"ticks y\">");
    for (const auto& tick : y_.ticks()) {
      add("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", at_.left - 8, py(tick.value) + 4,
          tick.label);
    }
    add("</g>\n<text class=\"name\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
        (at_.left + at_.right) / 2, at_.bottom + 40, escape(plot_.x_label));
    add("<text class=\"name\" transform=\"translate(14 {:.1f}) rotate(-90)\">{}</text>\n",
        (at_.top + at_.bottom) / 2, escape(plot_.y_label));
  }

  void line(const Curve& curve) {
    std::string path;
    bool pen_down = false;
    for (const PlotPoint& point : curve.points) {
      const bool shown = can_show(point);
      if (shown) {
        path += fmt::format("{}{:.1f} {:.1f}", pen_down ? 'L' : 'M', px(point.x), py(point.y));
      }
      pen_down = shown;
    }
    if (path.empty()) return;
    add("<path class=\"line {}{}\" {}d=\"{}\"/>\n", curve.style.colour,
        curve.style.band ? " band" : "", dashes(curve.style), path);
  }

  static std::string dashes(const CurveStyle& style) {
    return style.dashes.empty() ? "" : fmt::format("stroke-dasharray=\"{}\" ", style.dashes);
  }

  void points(const Curve& curve) {
    add("<g class=\"points {}\">", curve.style.colour);
    for (const PlotPoint& point : curve.points) {
      if (!can_show(point)) continue;
      const double x = px(point.x);
      const double y = py(point.y);
      add("<g><title>{}</title><circle class=\"hover\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"10\"/>",
          escape(point.note), x, y);
      if (std::isfinite(point.error) && point.error > 0.0) {
        add("<path class=\"error\" d=\"M{0:.1f} {1:.1f}V{2:.1f}M{3:.1f} {1:.1f}h6M{3:.1f} "
            "{2:.1f}h6\"/>",
            x, py(point.y + point.error), py(std::max(0.0, point.y - point.error)), x - 3);
      }
      marker(curve.style.marker, x, y);
      add("</g>");
    }
    add("</g>\n");
  }

  void marker(Marker shape, double x, double y) {
    const auto path = [&](const char* d, const char* kind) {
      add("<path class=\"{}\" transform=\"translate({:.1f} {:.1f})\" d=\"{}\"/>", kind, x, y, d);
    };
    switch (shape) {
      case Marker::none:
        return;
      case Marker::circle:
        return path("M-4.2 0a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0-8.4 0z", "full");
      case Marker::square:
        return path("M-3.8-3.8h7.6v7.6h-7.6z", "full");
      case Marker::triangle:
        return path("M0-5.2L4.8 3.6H-4.8z", "full");
      case Marker::diamond:
        return path("M0-5.4L5.4 0L0 5.4L-5.4 0z", "full");
      case Marker::cross:
        return path("M-3.8-3.8L3.8 3.8M-3.8 3.8L3.8-3.8", "open");
      case Marker::open_square:
        return path("M-3.8-3.8h7.6v7.6h-7.6z", "open");
      case Marker::open_triangle:
        return path("M0-5.2L4.8 3.6H-4.8z", "open");
    }
  }

  // A piece of the curve and its name.
  void name(const Curve& curve, double x, double y) {
    add("<path class=\"line {}{}\" {}d=\"M{:.1f} {:.1f}h30\"/>", curve.style.colour,
        curve.style.band ? " band" : "", dashes(curve.style), x, y);
    add("<g class=\"points {}\">", curve.style.colour);
    marker(curve.style.marker, x + 15, y);
    add("</g><text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", x + 37, y + 4.5,
        escape(shortened(curve.label, at_.longest_label)));
  }

  void names_below() {
    double y = at_.bottom + 64;
    for (const Curve& curve : plot_.curves) {
      name(curve, 8, y);
      y += label_spacing;
    }
  }

  // Names at the height of their curve's end, moved apart where they would touch.
  void names_beside() {
    std::vector<double> y;
    for (const Curve& curve : plot_.curves) {
      const auto last = std::find_if(curve.points.rbegin(), curve.points.rend(), can_show);
      y.push_back(last == curve.points.rend() ? at_.bottom : py(last->y));
    }
    std::vector<std::size_t> order(y.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return y[a] < y[b]; });
    double least = at_.top;
    for (const std::size_t i : order) {
      y[i] = std::max(y[i], least);
      least = y[i] + label_spacing;
    }
    double most = at_.bottom;
    for (auto i = order.rbegin(); i != order.rend(); ++i) {
      y[*i] = std::min(y[*i], most);
      most = y[*i] - label_spacing;
    }
    for (const std::size_t i : order) name(plot_.curves[i], at_.right + 12, y[i]);
  }

  const LinePlot& plot_;
  PlotForm form_;
  Layout at_;
  Axis x_;
  Axis y_;
  std::string text_;
};

}  // namespace

std::string line_plot_svg(const LinePlot& plot, PlotForm form, double height) {
  Range x;
  Range y;
  for (const Curve& curve : plot.curves) {
    for (const PlotPoint& point : curve.points) {
      if (!can_show(point)) continue;
      x.include(point.x);
      y.include(point.y);
      if (!std::isfinite(point.error)) continue;
      y.include(point.y + point.error);
      // A bar that reaches nearly to zero would take up a logarithmic axis: it runs out below.
      y.include(std::max(point.y - point.error, point.y / 2));
    }
  }
  if (x.empty() || y.empty()) return "";
  const bool wide = form == PlotForm::wide;
  return Drawing(plot, form, height, Axis::linear(x.low, x.high, wide ? 12 : 6),
                 Axis::logarithmic(y.low, y.high, 7))
      .svg();
}

int points_left_out(const LinePlot& plot) {
  int count = 0;
  for (const Curve& curve : plot.curves) {
    for (const PlotPoint& point : curve.points) count += can_show(point) ? 0 : 1;
  }
  return count;
}

}  // namespace pellucid::report
