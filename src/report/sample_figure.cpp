// SPDX-License-Identifier: BSD-3-Clause
#include "report/sample_figure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/assets.hpp"
#include "report/picture_cells.hpp"
#include "report/sound_cells.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

constexpr double width_mm = 88;
constexpr double width = 370;  // of the drawing, in its own units; letters have 12
constexpr double caption_height = 17;
constexpr double gap = 4;

std::string document(double height, const std::string& title, const std::string& body) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{:g}mm\" height=\"{:.2f}mm\" "
      "viewBox=\"0 0 {:g} {:g}\">\n<title>{}</title>\n<style>\n{}</style>\n"
      "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n{}</svg>\n",
      width_mm, width_mm * height / width, width, height, escape(title), paper_style, body);
}

// Name and error, as much of it as there is room for; a letter takes about 5.5 units.
std::string caption(const Strip& strip, double x, double y, double room) {
  const auto letters = static_cast<std::size_t>(room / 5.5);
  std::string text = shortened(strip.name, letters);
  const std::string error = strip.measure.substr(0, strip.measure.find(','));
  for (const std::string& measure : {error, strip.measure}) {
    const std::string longer = fmt::format("{} ({})", strip.name, measure);
    if (!measure.empty() && character_count(longer) <= letters) text = longer;
  }
  return fmt::format("<text class=\"caption\" x=\"{:g}\" y=\"{:g}\">{}</text>\n", x, y,
                     escape(text));
}

class PictureDrawing {
 public:
  explicit PictureDrawing(const Gallery& gallery) : gallery_(gallery), cells_(gallery) {}

  [[nodiscard]] const PictureCells& cells() const { return cells_; }

  [[nodiscard]] double height_of(double cell_width) const {
    const auto& form = cells_.form();
    return cells_.form().curve ? 46 : cell_width * form.height / form.width;
  }

  [[nodiscard]] std::string cell(const Strip& strip, Index i, double x, double y,
                                 double cell_width) const {
    const double height = height_of(cell_width);
    const auto& range = cells_.range();
    if (!cells_.form().curve) {
      return fmt::format(
          "<image class=\"{}\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" "
          "preserveAspectRatio=\"none\" href=\"{}\"/>\n",
          cells_.kind(), x, y, cell_width, height,
          picture_url(strip.samples->col(i), cells_.form(), range, gallery_.magnitude));
    }
    std::string text = fmt::format("<g transform=\"translate({:.2f} {:.2f})\">", x, y);
    const double zero = height * (1 - static_cast<double>(range.position(0.0F)));
    if (range.low < 0.0F && range.high > 0.0F) {
      text += fmt::format("<path class=\"zero\" d=\"M0 {:.1f}H{:.1f}\"/>", zero, cell_width);
    }
    if (strip.samples != &gallery_.clean && strip.samples != &gallery_.generated &&
        i < gallery_.clean.cols()) {
      text += fmt::format("<path class=\"reference\" d=\"{}\"/>",
                          curve_path(gallery_.clean.col(i), range, cell_width, height));
    }
    return text + fmt::format("<path class=\"value\" d=\"{}\"/></g>\n",
                              curve_path(strip.samples->col(i), range, cell_width, height));
  }

 private:
  const Gallery& gallery_;
  PictureCells cells_;
};

// Every strip a row of small pictures under its name.
std::string rows_figure(const PictureDrawing& drawing, const std::vector<Strip>& strips,
                        const std::string& title) {
  const Index samples = strips.front().samples->cols();
  const Index most =
      drawing.cells().form().curve ? std::min<Index>(3, samples) : std::clamp<Index>(samples, 4, 8);
  std::string body;
  double y = 0;
  for (const Strip& strip : strips) {
    const Index count = std::min(most, strip.samples->cols());
    const double cell_width = (width + gap) / static_cast<double>(most) - gap;
    body += caption(strip, 0, y + 12, width);
    y += caption_height;
    for (Index i = 0; i < count; ++i) {
      body += drawing.cell(strip, i, static_cast<double>(i) * (cell_width + gap), y, cell_width);
    }
    y += drawing.height_of(cell_width) + 2 * gap;
  }
  return document(y, title, body);
}

// The first sample of every strip, two beside each other.
std::string pairs_figure(const PictureDrawing& drawing, const std::vector<Strip>& strips,
                         const std::string& title) {
  const double cell_width = (width - 2 * gap) / 2;
  std::string body;
  double y = 0;
  for (std::size_t k = 0; k < strips.size(); ++k) {
    const double x = k % 2 == 0 ? 0 : cell_width + 2 * gap;
    body += caption(strips[k], x, y + 12, cell_width);
    body += drawing.cell(strips[k], 0, x, y + caption_height, cell_width);
    if (k % 2 == 1 || k + 1 == strips.size()) {
      y += caption_height + drawing.height_of(cell_width) + 2 * gap;
    }
  }
  return document(y, title, body);
}

std::string sound_figure(const Gallery& gallery, const std::vector<Strip>& strips,
                         const std::string& title) {
  const SoundCells cells(gallery);
  constexpr double height = 150;
  std::string body;
  double y = 0;
  for (const Strip& strip : strips) {
    body += caption(strip, 42, y + 12, width - 42);
    y += caption_height;
    const Spectrogram spectrum = spectrogram(strip.samples->col(0), gallery.sample_rate, 480);
    body += spectrogram_parts(spectrum, cells.range(), {0, y - 4, width, height});
    y += height + gap;
  }
  return document(y, title, body);
}

}  // namespace

std::string sample_figure(const Gallery& gallery, const std::vector<Strip>& strips,
                          const std::string& title) {
  if (gallery.sample_rate > 0) return sound_figure(gallery, strips, title);
  const PictureDrawing drawing(gallery);
  const bool large = drawing.cells().kind() == "smooth";
  return large ? pairs_figure(drawing, strips, title) : rows_figure(drawing, strips, title);
}

}  // namespace pellucid::report
