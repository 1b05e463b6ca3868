// SPDX-License-Identifier: BSD-3-Clause
#include "report/heat_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "report/assets.hpp"
#include "report/colour_map.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

constexpr double letter_width = 7.6;
constexpr int shades = 256;

std::size_t longest(const std::vector<std::string>& labels) {
  std::size_t most = 0;
  for (const std::string& label : labels) most = std::max(most, character_count(label));
  return most;
}

class Drawing {
 public:
  Drawing(const HeatMap& map, PlotForm form)
      : map_(map), form_(form), colours_(colour_map(shades)) {
    width_ = form == PlotForm::wide ? 1040 : 370;
    left_ = 30 + letter_width * static_cast<double>(longest(map.rows));
    cell_width_ = (width_ - 8 - left_) / static_cast<double>(map.columns.size());
    cell_height_ = form == PlotForm::wide ? 28 : 20;
    bottom_ = top + cell_height_ * static_cast<double>(map.rows.size());
    height_ = bottom_ + 84;
  }

  std::string svg() {
    head();
    cells();
    labels();
    legend();
    return text_ + "</svg>\n";
  }

 private:
  static constexpr double top = 6;

  template <class... Args>
  void add(fmt::format_string<Args...> pattern, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), pattern, std::forward<Args>(args)...);
  }

  void head() {
    if (form_ == PlotForm::paper) {
      add("{}", paper_head(map_.title, width_, height_));
      return;
    }
    add(R"(<svg class="plot {0}" viewBox="0 0 {1:g} {2:g}" role="img" aria-labelledby="{3}-{0}" )"
        R"(xmlns="http://www.w3.org/2000/svg">)"
        "\n<title id=\"{3}-{0}\">{4}</title>\n",
        form_ == PlotForm::wide ? "wide" : "narrow", width_, height_, escape(map_.id),
        escape(map_.title));
  }

  [[nodiscard]] int shade(double value) const {
    const double share = map_.high > map_.low ? (value - map_.low) / (map_.high - map_.low) : 1.0;
    return static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * (shades - 1)));
  }

  void fill_of(int shade) {
    const Colour& c = colours_[static_cast<std::size_t>(shade)];
    add("fill=\"#{:02x}{:02x}{:02x}\"", c[0], c[1], c[2]);
  }

  void cells() {
    add("<g class=\"heat\">");
    for (Eigen::Index i = 0; i < map_.values.rows(); ++i) {
      for (Eigen::Index j = 0; j < map_.values.cols(); ++j) cell(i, j);
    }
    add("</g>\n");
  }

  void cell(Eigen::Index i, Eigen::Index j) {
    const double value = map_.values(i, j);
    if (!std::isfinite(value)) return;
    const double x = left_ + cell_width_ * static_cast<double>(j);
    const double y = top + cell_height_ * static_cast<double>(i);
    // Numbers of one length are shown in all cells or in none.
    const bool decimals = map_.high - map_.low <= 10;
    const std::string shown = decimals ? fmt::format("{:.2f}", value) : number_text(value, 2);
    add("<g><rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.1f}\" ", x, y,
        cell_width_ + 0.3, cell_height_ + 0.3);
    fill_of(shade(value));
    add("/>");
    if (form_ != PlotForm::paper) {
      add("<title>{}, {} {}: {} {}</title>", escape(map_.rows[static_cast<std::size_t>(i)]),
          escape(map_.x_name), escape(map_.columns[static_cast<std::size_t>(j)]),
          escape(map_.value_name), number_text(value));
    }
    if (form_ == PlotForm::wide &&
        cell_width_ > 6.4 * static_cast<double>(character_count(shown))) {
      // The upper part of the colours is light.
      add("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>",
          shade(value) > 0.55 * shades ? "dark" : "pale", x + cell_width_ / 2,
          y + cell_height_ / 2 + 4, shown);
    }
    add("</g>");
  }

  void labels() {
    const double room = letter_width * static_cast<double>(longest(map_.columns)) + 8;
    const auto every = static_cast<std::size_t>(std::max(1.0, std::ceil(room / cell_width_)));
    add("<g class=\"ticks x\">");
    for (std::size_t j = 0; j < map_.columns.size(); j += every) {
      add("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>",
          left_ + cell_width_ * (static_cast<double>(j) + 0.5), bottom_ + 17,
          escape(map_.columns[j]));
    }
    add("</g>\n<g class=\"ticks y\">");
    const std::size_t rows_every = form_ == PlotForm::wide || map_.rows.size() < 40 ? 1 : 2;
    for (std::size_t i = 0; i < map_.rows.size(); i += rows_every) {
      add("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", left_ - 7,
          top + cell_height_ * (static_cast<double>(i) + 0.5) + 4.5, escape(map_.rows[i]));
    }
    add("</g>\n<text class=\"name\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
        (left_ + width_ - 8) / 2, bottom_ + 37, escape(map_.x_name));
    add("<text class=\"name\" transform=\"translate(14 {:.1f}) rotate(-90)\">{}</text>\n",
        (top + bottom_) / 2, escape(map_.y_name));
  }

  // The colours from the lowest to the highest number.
  void legend() {
    constexpr int steps = 32;
    const std::string end = number_text(map_.high, 3) + " " + map_.value_name;
    const double room =
        width_ - left_ - 15 - letter_width * static_cast<double>(character_count(end));
    const double from = left_, piece = std::clamp(room, 32.0, 160.0) / steps, y = bottom_ + 52;
    add("<g class=\"heat\">");
    for (int i = 0; i < steps; ++i) {
      add("<rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"12\" ", from + i * piece, y,
          piece + 0.3);
      fill_of(i * (shades - 1) / (steps - 1));
      add("/>");
    }
    add("</g>\n<g class=\"ticks y\"><text x=\"{:.1f}\" y=\"{:.1f}\">{}</text></g>\n", from - 7,
        y + 11, number_text(map_.low, 3));
    add("<text class=\"label\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", from + steps * piece + 7,
        y + 11, escape(end));
  }

  const HeatMap& map_;
  PlotForm form_;
  std::vector<Colour> colours_;
  double width_, height_, left_, bottom_, cell_width_, cell_height_;
  std::string text_;
};

}  // namespace

std::string heat_map_svg(const HeatMap& map, PlotForm form) {
  return map.rows.empty() || map.columns.empty() ? "" : Drawing(map, form).svg();
}

}  // namespace pellucid::report
