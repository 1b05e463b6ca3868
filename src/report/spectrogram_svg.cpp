// SPDX-License-Identifier: BSD-3-Clause
#include "report/spectrogram_svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "report/axis.hpp"
#include "report/png_bytes.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

constexpr int colours_used = 64;  // of 80 dB: steps of 1.25 dB

std::string image_url(const Spectrogram& spectrum, const DecibelRange& range) {
  const Index rows = spectrum.decibel.rows();
  std::vector<std::uint8_t> pixels;
  pixels.reserve(static_cast<std::size_t>(spectrum.decibel.size()));
  for (Index row = rows - 1; row >= 0; --row) {  // the highest frequency on top
    for (Index column = 0; column < spectrum.decibel.cols(); ++column) {
      const float place = (spectrum.decibel(row, column) - range.low) / (range.high - range.low);
      const float shown = std::clamp(place, 0.0F, 1.0F) * (colours_used - 1);
      pixels.push_back(static_cast<std::uint8_t>(std::lround(shown)));
    }
  }
  return "data:image/png;base64," +
         base64(indexed_png(pixels, static_cast<int>(spectrum.decibel.cols()),
                            static_cast<int>(rows), colour_map(colours_used)));
}

// Marks from 0 to `end`, whose axis has no room beyond them.
std::vector<Axis::Tick> marks(double end, int most) {
  std::vector<Axis::Tick> kept;
  const Axis axis = Axis::linear(0, end, most);
  for (const auto& tick : axis.ticks()) {
    if (tick.value >= 0 && tick.value <= end * (1 + 1e-9)) kept.push_back(tick);
  }
  return kept;
}

}  // namespace

DecibelRange DecibelRange::of(const std::vector<Spectrogram>& all) {
  float strongest = -std::numeric_limits<float>::infinity();
  for (const Spectrogram& one : all) strongest = std::max(strongest, one.decibel.maxCoeff());
  if (!std::isfinite(strongest)) return {};
  const float high = std::clamp(10.0F * std::ceil(strongest / 10.0F), -100.0F, 100.0F);
  return {high - 80.0F, high};
}

std::string spectrogram_parts(const Spectrogram& spectrum, const DecibelRange& range,
                              const Box& box) {
  const double left = box.x + 42;
  const double right = box.x + box.width - 8;
  const double top = box.y + 6;
  const double bottom = box.y + box.height - 38;
  std::string text = fmt::format(
      "<image x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\" preserveAspectRatio=\"none\" "
      "href=\"{}\"/>\n<path class=\"axis\" d=\"M{:g} {:g}V{:g}H{:g}",
      left, top, right - left, bottom - top, image_url(spectrum, range), left, top, bottom, right);
  std::string labels = "<g class=\"ticks x\">";
  for (const auto& tick : marks(spectrum.seconds, 6)) {
    const double x = left + tick.value / spectrum.seconds * (right - left);
    text += fmt::format("M{:.1f} {:g}v4", x, bottom);
    labels += fmt::format("<text x=\"{:.1f}\" y=\"{:g}\">{}</text>", x, bottom + 17, tick.label);
  }
  labels += "</g><g class=\"ticks y\">";
  const double highest = spectrum.highest / 1000;
  for (const auto& tick : marks(highest, 5)) {
    const double y = bottom - tick.value / highest * (bottom - top);
    text += fmt::format("M{:g} {:.1f}h-4", left, y);
    labels += fmt::format("<text x=\"{:g}\" y=\"{:.1f}\">{}</text>", left - 7, y + 4, tick.label);
  }
  return text + "\"/>\n" + labels +
         fmt::format(
             "</g>\n<text class=\"name\" x=\"{:g}\" y=\"{:g}\">Time (s)</text>\n"
             "<text class=\"name\" transform=\"translate({:g} {:g}) rotate(-90)\">"
             "Frequency (kHz)</text>\n",
             (left + right) / 2, bottom + 34, box.x + 13, (top + bottom) / 2);
}

std::string spectrogram_svg(const Spectrogram& spectrum, const DecibelRange& range,
                            const std::string& name) {
  const Box box{0, 0, 400, 220};
  return fmt::format(
      "<svg class=\"plot spectrogram\" viewBox=\"0 0 {:g} {:g}\" role=\"img\" aria-label=\"{}\" "
      "xmlns=\"http://www.w3.org/2000/svg\">\n{}</svg>\n",
      box.width, box.height, escape(name), spectrogram_parts(spectrum, range, box));
}

}  // namespace pellucid::report
