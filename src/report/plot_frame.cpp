// SPDX-License-Identifier: BSD-3-Clause
#include "report/plot_frame.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "report/text.hpp"

namespace pellucid::report {
namespace {

constexpr double letter_width = 7.0;  // of the 13 px labels, on average
constexpr double first_row = 66;      // of the names below, under the axis
constexpr double before_name = 37;    // the piece of curve that stands before a name

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

int names_of(const LinePlot& plot) {
  return static_cast<int>(std::count_if(plot.curves.begin(), plot.curves.end(),
                                        [](const Curve& curve) { return curve.named; }));
}

std::size_t longest_name(const LinePlot& plot) {
  std::size_t longest = 0;
  for (const Curve& curve : plot.curves) {
    if (curve.named) longest = std::max(longest, character_count(curve.label));
  }
  return longest;
}

}  // namespace

bool can_show(const PlotPoint& point, const LinePlot& plot) {
  const auto fits = [](double value, Scale scale) {
    return std::isfinite(value) && (scale == Scale::linear || value > 0.0);
  };
  return fits(point.x, plot.x_scale) && fits(point.y, plot.scale);
}

PlotFrame::PlotFrame(const LinePlot& plot, PlotForm form, double drawing_height)
    : width(form == PlotForm::wide ? 1040 : 370),
      longest_label(form == PlotForm::wide ? 42 : 44),
      x(Axis::linear(0, 1, 2)),
      y(x),
      wide_(form == PlotForm::wide),
      spacing_(form == PlotForm::narrow ? 26 : 21) {
  choose_axes(plot);
  const std::size_t longest = std::min(longest_label, longest_name(plot));
  std::size_t longest_tick = 0;
  for (const auto& tick : y.ticks()) {
    longest_tick = std::max(longest_tick, character_count(tick.label));
  }
  left = (wide_ ? 38 : 30) + 7.6 * static_cast<double>(longest_tick);
  right = width - (wide_ ? before_name + 21 + letter_width * static_cast<double>(longest) : 8);
  top = 12;
  const int count = names_of(plot);
  bottom = top + std::max(drawing_height, wide_ ? (count - 1) * spacing_ : 0.0);
  // Two columns of short names fit below.
  const bool short_names =
      before_name + letter_width * static_cast<double>(longest) < width / 2 - 8;
  columns_ = short_names ? 2 : 1;
  const int rows = wide_ ? 0 : (count + columns_ - 1) / columns_;
  height = bottom + (wide_ ? 48 : first_row - spacing_ / 2 + rows * spacing_);
}

void PlotFrame::choose_axes(const LinePlot& plot) {
  Range across;
  Range up;
  for (const Curve& curve : plot.curves) {
    for (const PlotPoint& point : curve.points) {
      if (!can_show(point, plot)) continue;
      across.include(point.x);
      up.include(point.y);
      if (!std::isfinite(point.error)) continue;
      up.include(point.y + point.error);
      // A bar that reaches nearly to zero would take up a logarithmic axis: it runs out below.
      const double lower = point.y - point.error;
      up.include(plot.scale == Scale::linear ? lower : std::max(lower, point.y / 2));
    }
  }
  empty_ = across.empty() || up.empty();
  if (empty_) return;
  const bool one_place = across.low == across.high;
  x = plot.x_scale == Scale::linear ? Axis::linear(across.low, across.high,
                                                   one_place ? 3
                                                   : wide_   ? 12
                                                             : 6)
                                    : Axis::logarithmic(across.low, across.high,
                                                        one_place ? 3
                                                        : wide_   ? 12
                                                                  : 8);
  y = plot.scale == Scale::linear ? Axis::linear(up.low, up.high, 7)
                                  : Axis::logarithmic(up.low, up.high, 7);
}

double PlotFrame::name_width(const std::string& label) const {
  return before_name + 10 +
         letter_width * static_cast<double>(std::min(longest_label, character_count(label)));
}

std::vector<PlotFrame::Place> PlotFrame::name_places(const LinePlot& plot) const {
  return wide_ ? beside(plot) : below(static_cast<std::size_t>(names_of(plot)));
}

std::vector<PlotFrame::Place> PlotFrame::below(std::size_t count) const {
  std::vector<Place> places;
  const auto columns = static_cast<std::size_t>(columns_);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t row = i / columns;
    places.push_back({8 + width / 2 * static_cast<double>(i % columns),
                      bottom + first_row + spacing_ * static_cast<double>(row)});
  }
  return places;
}

std::vector<PlotFrame::Place> PlotFrame::beside(const LinePlot& plot) const {
  std::vector<Place> places;
  for (const Curve& curve : plot.curves) {
    if (!curve.named) continue;
    const auto last = std::find_if(curve.points.rbegin(), curve.points.rend(),
                                   [&](const PlotPoint& point) { return can_show(point, plot); });
    places.push_back({right + 12, last == curve.points.rend() ? bottom : py(last->y)});
  }
  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return places[a].y < places[b].y; });
  double least = top;
  for (const std::size_t i : order) {
    places[i].y = std::max(places[i].y, least);
    least = places[i].y + spacing_;
  }
  double most = bottom;
  for (auto i = order.rbegin(); i != order.rend(); ++i) {
    places[*i].y = std::min(places[*i].y, most);
    most = places[*i].y - spacing_;
  }
  return places;
}

}  // namespace pellucid::report
