// SPDX-License-Identifier: BSD-3-Clause
#include "report/pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "pellucid/base/error.hpp"
#include "pellucid/io/png.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

using Colour = std::array<std::uint8_t, 3>;

// Viridis (matplotlib; CC0) at nine places: even in lightness, so it also prints in grey.
constexpr std::array<Colour, 9> viridis = {{{0x44, 0x01, 0x54},
                                            {0x47, 0x2d, 0x7b},
                                            {0x3b, 0x52, 0x8b},
                                            {0x2c, 0x72, 0x8e},
                                            {0x21, 0x91, 0x8c},
                                            {0x28, 0xae, 0x80},
                                            {0x5e, 0xc9, 0x62},
                                            {0xad, 0xdc, 0x30},
                                            {0xfd, 0xe7, 0x25}}};

Colour mapped(float position) {
  const float place = position * static_cast<float>(viridis.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), viridis.size() - 2);
  const float share = place - static_cast<float>(below);
  Colour colour{};
  for (std::size_t c = 0; c < 3; ++c) {
    const float mixed = (1 - share) * static_cast<float>(viridis[below][c]) +
                        share * static_cast<float>(viridis[below + 1][c]);
    colour[c] = static_cast<std::uint8_t>(std::lround(mixed));
  }
  return colour;
}

// Enough for a curve a few hundred pixels wide; longer signals are drawn as their envelope.
constexpr Index most_columns = 300;

std::string curve_path(const Eigen::VectorXf& sample, const ValueRange& range, double width,
                       double height) {
  const Index n = sample.size();
  const auto x = [&](Index i) {
    return n == 1 ? width / 2 : width * static_cast<double>(i) / static_cast<double>(n - 1);
  };
  const auto y = [&](float value) {
    return height * (1 - static_cast<double>(range.position(value)));
  };
  const Index step = (n + most_columns - 1) / most_columns;
  std::string path;
  for (Index i = 0; i < n; i += std::max<Index>(1, step)) {
    const auto part = sample.segment(i, std::min(step, n - i));
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? 'M' : 'L', x(i), y(part.minCoeff()));
    if (step > 1) path += fmt::format("V{:.1f}", y(part.maxCoeff()));
  }
  return path;
}

}  // namespace

SampleForm::SampleForm(const std::vector<Index>& shape) {
  std::vector<int> axes;
  for (const Index axis : shape) {
    if (axis < 0 || axis > std::numeric_limits<int>::max()) throw Error("report: bad sample shape");
    if (axis != 1) axes.push_back(static_cast<int>(axis));
  }
  if (axes.size() >= 3 && axes.back() == 3) {
    channels = 3;
    axes.pop_back();
  }
  curve = axes.size() <= 1;
  if (!axes.empty()) {
    width = axes.back();
    axes.pop_back();
  }
  for (const int axis : axes) height *= axis;
}

ValueRange::ValueRange(const Eigen::MatrixXf& samples) {
  float least = std::numeric_limits<float>::infinity();
  float most = -least;
  for (const float value : samples.reshaped()) {
    if (!std::isfinite(value)) continue;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  if (least > most) return;
  low = least;
  high = most > least ? most : least + std::max(1.0F, std::abs(least));
}

ValueRange ValueRange::widened(float share) const {
  ValueRange wider = *this;
  wider.low -= share * (high - low);
  wider.high += share * (high - low);
  return wider;
}

float ValueRange::position(float value) const {
  const float place = (value - low) / (high - low);
  return place > 0.0F ? std::min(place, 1.0F) : 0.0F;
}

std::string picture(const Eigen::VectorXf& sample, const SampleForm& form, const ValueRange& range,
                    bool colour_map) {
  colour_map = colour_map && form.channels == 1;
  std::vector<std::uint8_t> pixels;
  pixels.reserve(static_cast<std::size_t>(sample.size()) * (colour_map ? 3 : 1));
  for (const float value : sample) {
    const float place = range.position(value);
    if (colour_map) {
      const Colour colour = mapped(place);
      pixels.insert(pixels.end(), colour.begin(), colour.end());
    } else {
      pixels.push_back(static_cast<std::uint8_t>(std::lround(255.0F * place)));
    }
  }
  const auto png =
      encode_png(pixels.data(), form.width, form.height, colour_map ? 3 : form.channels);
  return fmt::format(R"(<img alt="" width="{}" height="{}" src="data:image/png;base64,{}"/>)",
                     form.width, form.height, base64(png));
}

std::string small_curve(const Eigen::VectorXf& sample, const Eigen::VectorXf& reference,
                        const ValueRange& range) {
  constexpr double width = 160;
  constexpr double height = 64;
  std::string text =
      fmt::format(R"(<svg class="signal" viewBox="0 0 {} {}" preserveAspectRatio="none" )"
                  R"(xmlns="http://www.w3.org/2000/svg">)",
                  width, height);
  const double zero = height * (1 - static_cast<double>(range.position(0.0F)));
  if (range.low < 0.0F && range.high > 0.0F) {
    text += fmt::format(R"(<path class="zero" d="M0 {:.1f}H{}"/>)", zero, width);
  }
  if (reference.size() > 0) {
    text += fmt::format(R"(<path class="reference" d="{}"/>)",
                        curve_path(reference, range, width, height));
  }
  return text + fmt::format(R"(<path class="value" d="{}"/></svg>)",
                            curve_path(sample, range, width, height));
}

std::string colour_map_gradient() {
  std::string text = "linear-gradient(to right";
  for (const Colour& c : viridis) text += fmt::format(",#{:02x}{:02x}{:02x}", c[0], c[1], c[2]);
  return text + ")";
}

}  // namespace pellucid::report
