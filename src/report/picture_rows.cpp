// SPDX-License-Identifier: BSD-3-Clause
#include "report/picture_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "report/pictures.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

constexpr double gap = 6, label_height = 20;

ValueRange range_of(const PictureRows& pictures) {
  Eigen::VectorXf ends(2 * static_cast<Index>(pictures.rows.size()));
  Index next = 0;
  for (const PictureRows::Row& row : pictures.rows) {
    ends(next++) = row.samples.size() > 0 ? row.samples.minCoeff() : 0.0F;
    ends(next++) = row.samples.size() > 0 ? row.samples.maxCoeff() : 0.0F;
  }
  return ValueRange(ends);
}

std::string sample_svg(const Eigen::VectorXf& sample, const SampleForm& form,
                       const ValueRange& range, double x, double y, double width, double height) {
  if (form.curve) {
    return fmt::format(
        R"-(<g transform="translate({:g} {:g})"><path class="line c-0" d="{}"/></g>)-"
        "\n",
        x, y, curve_path(sample, range, width, height));
  }
  return fmt::format(R"(<image x="{:g}" y="{:g}" width="{:g}" height="{:g}" )"
                     R"(style="image-rendering:pixelated" href="{}"/>)"
                     "\n",
                     x, y, width, height, picture_url(sample, form, range, false));
}

std::string head(const PictureRows& pictures, PlotForm form, double width, double height) {
  if (form == PlotForm::paper) return paper_head(pictures.title, width, height);
  const char* kind = form == PlotForm::wide ? "wide" : "narrow";
  return fmt::format(R"(<svg class="plot {0}" viewBox="0 0 {1:g} {2:g}" role="img" )"
                     R"(aria-label="{3}" xmlns="http://www.w3.org/2000/svg">)"
                     "\n",
                     kind, width, height, escape(pictures.title));
}

}  // namespace

std::string picture_rows_svg(const PictureRows& pictures, PlotForm form) {
  Index most = 0;
  for (const PictureRows::Row& row : pictures.rows) most = std::max(most, row.samples.cols());
  if (most == 0) return {};
  const SampleForm sample(pictures.shape);
  const double width = form == PlotForm::wide ? 1040 : 370;
  const double step = std::min((width + gap) / static_cast<double>(most), 130.0);
  const double cell = step - gap;
  const double tall = sample.curve ? cell / 2 : cell * sample.height / sample.width;
  const double height = static_cast<double>(pictures.rows.size()) * (label_height + tall + gap);
  const ValueRange range = range_of(pictures);
  std::string text = head(pictures, form, width, height);
  double y = 0;
  for (const PictureRows::Row& row : pictures.rows) {
    fmt::format_to(std::back_inserter(text),
                   R"(<text class="label" x="0" y="{:g}">{}</text>)"
                   "\n",
                   y + label_height - 6, escape(row.label));
    y += label_height;
    for (Index j = 0; j < row.samples.cols(); ++j) {
      text += sample_svg(row.samples.col(j), sample, range, static_cast<double>(j) * step, y, cell,
                         tall);
    }
    y += tall + gap;
  }
  return text + "</svg>\n";
}

}  // namespace pellucid::report
