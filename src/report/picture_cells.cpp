// SPDX-License-Identifier: BSD-3-Clause
#include "report/picture_cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/colour_map.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

constexpr int smooth_from = 96;    // wide pictures are not enlarged, so their pixels need no edges
constexpr int least_side = 256;    // pixels of a picture that is cut
constexpr double box_width = 160;  // of a curve
constexpr double box_height = 64;

ValueRange scale_of(const Gallery& gallery) {
  return ValueRange(gallery.clean.size() > 0 ? gallery.clean : gallery.generated);
}

// An end of the range to a thousandth of its length.
std::string end_text(float end, const ValueRange& range) {
  const double length = static_cast<double>(range.high) - static_cast<double>(range.low);
  const double unit = std::pow(10.0, std::floor(std::log10(length)) - 2);
  return number_text(unit * std::round(static_cast<double>(end) / unit), 4);
}

}  // namespace

PictureCells::PictureCells(const Gallery& gallery)
    : gallery_(gallery), form_(gallery.shape), range_(scale_of(gallery)) {
  if (form_.curve) range_ = range_.widened(0.25F);
}

std::string PictureCells::cell(const Eigen::VectorXf& sample, double share,
                               Index in_front_of) const {
  if (!form_.curve) {
    const SampleForm middle = form_.cropped(share);
    return fmt::format(
        R"(<img alt="" width="{}" height="{}" src="{}"/>)", middle.width, middle.height,
        picture_url(crop(sample, form_, middle), middle, range_, gallery_.magnitude));
  }
  std::string text =
      fmt::format(R"(<svg class="signal" viewBox="0 0 {} {}" preserveAspectRatio="none" )"
                  R"(xmlns="http://www.w3.org/2000/svg">)",
                  box_width, box_height);
  if (range_.low < 0.0F && range_.high > 0.0F) {
    const double zero = box_height * (1 - static_cast<double>(range_.position(0.0F)));
    text += fmt::format(R"(<path class="zero" d="M0 {:.1f}H{}"/>)", zero, box_width);
  }
  if (in_front_of >= 0 && in_front_of < gallery_.clean.cols()) {
    text += fmt::format(R"(<use class="reference" href="#clean-{}"/>)", in_front_of);
  }
  return text + fmt::format(R"(<path class="value" d="{}"/></svg>)",
                            curve_path(sample, range_, box_width, box_height));
}

std::string PictureCells::outlines(Index count) const {
  if (!form_.curve) return "";
  std::string text = R"(<svg class="outlines" width="0" height="0" aria-hidden="true" )"
                     R"(xmlns="http://www.w3.org/2000/svg"><defs>)";
  for (Index i = 0; i < std::min(count, gallery_.clean.cols()); ++i) {
    text += fmt::format(R"(<path class="outline" id="clean-{}" d="{}"/>)", i,
                        curve_path(gallery_.clean.col(i), range_, box_width, box_height));
  }
  return text + "</defs></svg>\n";
}

std::string PictureCells::legend() const {
  const std::string quantity = gallery_.magnitude ? "Magnitudes" : "Values";
  const std::string low = end_text(range_.low, range_);
  const std::string high = end_text(range_.high, range_);
  if (form_.curve) {
    return fmt::format(
        "{} from {} (bottom) to {} (top) over entries 1 to {}; what lies outside is cut off.",
        quantity, low, high, form_.width);
  }
  if (form_.channels == 3) {
    return fmt::format("{} of each colour from {} to {}; what lies outside is cut off.", quantity,
                       low, high);
  }
  return fmt::format(
      "{} from <span class=\"range\">{} <span class=\"scale\" style=\"background:{}\"></span> to "
      "{}</span>; what lies outside is cut off.",
      quantity, low,
      gallery_.magnitude ? colour_map_gradient() : "linear-gradient(to right,#000,#fff)", high);
}

std::string PictureCells::kind() const {
  if (form_.curve) return "curves";
  return form_.width < smooth_from ? "pixels" : "smooth";
}

double PictureCells::least_share() const {
  if (form_.curve) return 1.0;
  const double area = static_cast<double>(form_.width) * form_.height;
  return std::min(1.0, double{least_side} * least_side / area);
}

std::string PictureCells::part_text(double share) const {
  if (form_.curve) return "";
  const SampleForm middle = form_.cropped(share);
  return fmt::format("the middle {} × {} pixels of each", middle.height, middle.width);
}

}  // namespace pellucid::report
