// SPDX-License-Identifier: BSD-3-Clause
#include "report/line_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "report/assets.hpp"
#include "report/plot_frame.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

std::string dashes(const CurveStyle& style) {
  return style.dashes.empty() ? "" : fmt::format("stroke-dasharray=\"{}\" ", style.dashes);
}

class Drawing {
 public:
  Drawing(const LinePlot& plot, PlotForm form, const PlotFrame& frame)
      : plot_(plot), form_(form), at_(frame) {}

  std::string svg() {
    if (form_ == PlotForm::paper) {
      text_ += paper_head(plot_.title, at_.width, at_.height);
    } else {
      page_head(form_ == PlotForm::wide ? "wide" : "narrow");
    }
    grid();
    axes();
    for (const PlotMark& one : plot_.marks) place(one);
    for (const Curve& curve : plot_.curves) line(curve);
    for (const Curve& curve : plot_.curves) points(curve);
    names();
    return text_ + "</svg>\n";
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> pattern, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), pattern, std::forward<Args>(args)...);
  }

  // The drawing area is told to scripts, which add a pointer to it.
  void page_head(const char* form) {
    add(R"(<svg class="plot {0}" viewBox="0 0 {1:g} {2:g}" role="img" aria-labelledby="{3}-{0}" )"
        R"(data-area="{4:.1f} {5:.1f} {6:.1f} {7:.1f}" data-x="{8}" data-unit="{9}" )"
        R"(data-y="{10}" xmlns="http://www.w3.org/2000/svg">)"
        "\n<title id=\"{3}-{0}\">{11}</title>\n",
        form, at_.width, at_.height, escape(plot_.id), at_.left, at_.top, at_.right, at_.bottom,
        escape(plot_.x_name), escape(plot_.x_unit), escape(plot_.y_label), escape(plot_.title));
  }

  void grid() {
    add("<path class=\"grid minor\" d=\"M0 0");
    for (const double y : at_.y.minor()) {
      add("M{:.1f} {:.1f}H{:.1f}", at_.left, at_.py(y), at_.right);
    }
    add("\"/>\n<path class=\"grid\" d=\"M0 0");
    for (const auto& tick : at_.y.ticks()) {
      add("M{:.1f} {:.1f}H{:.1f}", at_.left, at_.py(tick.value), at_.right);
    }
    for (const auto& tick : at_.x.ticks()) {
      add("M{:.1f} {:.1f}V{:.1f}", at_.px(tick.value), at_.top, at_.bottom);
    }
    add("\"/>\n");
  }

  void axes() {
    add("<path class=\"axis\" d=\"M{0:.1f} {1:.1f}V{2:.1f}H{3:.1f}", at_.left, at_.top, at_.bottom,
        at_.right);
    for (const double x : at_.x.minor()) add("M{:.1f} {:.1f}v4", at_.px(x), at_.bottom);
    add("\"/>\n<g class=\"ticks x\">");
    for (const auto& tick : at_.x.ticks()) {
      add("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", at_.px(tick.value), at_.bottom + 19,
          tick.label);
    }
    add("</g>\n<g class=\"ticks y\">");
    for (const auto& tick : at_.y.ticks()) {
      add("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", at_.left - 8, at_.py(tick.value) + 4,
          tick.label);
    }
    const std::string unit = plot_.x_unit.empty() ? "" : fmt::format(" ({})", plot_.x_unit);
    add("</g>\n<text class=\"name\" x=\"{:.1f}\" y=\"{:.1f}\">{}{}</text>\n",
        (at_.left + at_.right) / 2, at_.bottom + 40, escape(plot_.x_name), escape(unit));
    add("<text class=\"name\" transform=\"translate(14 {:.1f}) rotate(-90)\">{}</text>\n",
        (at_.top + at_.bottom) / 2, escape(plot_.y_label));
  }

  // A triangle on the axis, its tip upwards.
  void place(const PlotMark& one) {
    if (!can_show({one.x, 1.0, 0.0, ""}, plot_) || !at_.x.contains(one.x)) return;
    add("<g class=\"marks {}\" data-series=\"{}\"><path class=\"full\" d=\"M{:.1f} {:.1f}l5 "
        "-10l5 10z\"/><title>{}</title></g>\n",
        one.colour, one.series, at_.px(one.x) - 5, at_.bottom, escape(one.meaning));
  }

  void line(const Curve& curve) {
    if (!curve.line) return;
    std::string path;
    bool pen_down = false;
    for (const PlotPoint& point : curve.points) {
      const bool shown = can_show(point, plot_);
      if (shown) {
        path +=
            fmt::format("{}{:.1f} {:.1f}", pen_down ? 'L' : 'M', at_.px(point.x), at_.py(point.y));
      }
      pen_down = shown;
    }
    if (path.empty()) return;
    add("<path class=\"line {}{}\" data-series=\"{}\" {}d=\"{}\"/>\n", curve.style.colour,
        curve.style.band ? " band" : "", curve.series, dashes(curve.style), path);
  }

  void points(const Curve& curve) {
    add("<g class=\"points {}\" data-series=\"{}\" data-label=\"{}\">", curve.style.colour,
        curve.series, escape(curve.label));
    for (const PlotPoint& point : curve.points) one_point(curve, point);
    add("</g>\n");
  }

  void one_point(const Curve& curve, const PlotPoint& point) {
    const bool shown = can_show(point, plot_);
    if (form_ != PlotForm::paper && std::isfinite(point.x)) {
      // Values without a place in the drawing are still told.
      const std::string x = number_text(point.x);
      add("<g data-at=\"{:.1f}\" data-x=\"{}\" data-value=\"{}\">", at_.px(point.x), x,
          escape(point.value));
      if (shown) {
        add("<title>{}\n{} {} {}\n{} {}</title><circle class=\"hover\" cx=\"{:.1f}\" cy=\"{:.1f}\" "
            "r=\"10\"/>",
            escape(curve.label), escape(plot_.x_name), x, escape(plot_.x_unit),
            escape(plot_.y_name), escape(point.value), at_.px(point.x), at_.py(point.y));
        mark(curve, point);
      }
      add("</g>");
    } else if (shown) {
      mark(curve, point);
    }
  }

  void mark(const Curve& curve, const PlotPoint& point) {
    const double x = at_.px(point.x);
    if (std::isfinite(point.error) && point.error > 0.0) {
      const double lower = point.y - point.error;
      add("<path class=\"error\" d=\"M{0:.1f} {1:.1f}V{2:.1f}M{3:.1f} {1:.1f}h6M{3:.1f} "
          "{2:.1f}h6\"/>",
          x, at_.py(point.y + point.error),
          at_.py(plot_.scale == Scale::linear ? lower : std::max(0.0, lower)), x - 3);
    }
    text_ += marker_svg(curve.style.marker, x, at_.py(point.y));
  }

  // A piece of each curve and its name.
  void names() {
    const auto places = at_.name_places(plot_);
    auto next = places.begin();
    add("<g class=\"names\">\n");
    for (const Curve& curve : plot_.curves) {
      if (!curve.named) continue;
      const auto [x, y] = *next++;
      add("<g class=\"entry\" data-series=\"{}\"><rect class=\"hit\" x=\"{:.1f}\" y=\"{:.1f}\" "
          "width=\"{:.0f}\" height=\"20\"/>",
          curve.series, x - 5, y - 10, at_.name_width(curve.label));
      add("<path class=\"line {}{}\" {}d=\"M{:.1f} {:.1f}h30\"/>", curve.style.colour,
          curve.style.band ? " band" : "", dashes(curve.style), x, y);
      add("<g class=\"points {}\">{}</g><text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>"
          "</g>\n",
          curve.style.colour, marker_svg(curve.style.marker, x + 15, y), x + 37, y + 4.5,
          escape(shortened(curve.label, at_.longest_label)));
    }
    add("</g>\n");
  }

  const LinePlot& plot_;
  PlotForm form_;
  const PlotFrame& at_;
  std::string text_;
};

}  // namespace

std::string paper_head(std::string_view title, double width, double height) {
  constexpr double width_mm = 88;
  return fmt::format(
      R"(<svg class="plot" xmlns="http://www.w3.org/2000/svg" width="{:g}mm" height="{:.2f}mm" )"
      R"(viewBox="0 0 {:g} {:g}">)"
      "\n<title>{}</title>\n<style>\n{}</style>\n<rect class=\"paper\" width=\"100%\" "
      "height=\"100%\"/>\n",
      width_mm, width_mm * height / width, width, height, escape(title), paper_style);
}

std::string line_plot_svg(const LinePlot& plot, PlotForm form, double height) {
  const PlotFrame frame(plot, form, height);
  return frame.empty() ? "" : Drawing(plot, form, frame).svg();
}

int points_left_out(const LinePlot& plot) {
  int count = 0;
  for (const Curve& curve : plot.curves) {
    for (const PlotPoint& point : curve.points) count += can_show(point, plot) ? 0 : 1;
  }
  return count;
}

}  // namespace pellucid::report
