// SPDX-License-Identifier: BSD-3-Clause
#include "report/pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "pellucid/base/error.hpp"
#include "pellucid/io/png.hpp"
#include "report/colour_map.hpp"
#include "report/png_bytes.hpp"
#include "report/text.hpp"

namespace pellucid::report {
namespace {

constexpr int colours_used = 128;  // of magnitudes: more cannot be told apart, fewer weigh less

// Enough for a curve a few hundred pixels wide; longer signals are drawn as their envelope.
constexpr Index most_columns = 240;

}  // namespace

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

SampleForm SampleForm::cropped(double share) const {
  if (curve || share >= 1.0) return *this;
  // One side until it equals the other, then both: what is left is as square as it can be.
  const double area = share * width * height;
  const double side = std::sqrt(area);
  SampleForm middle = *this;
  middle.width = std::clamp(static_cast<int>(side), 1, width);
  middle.height = std::clamp(static_cast<int>(side), 1, height);
  if (middle.width == width) middle.height = std::max(1, static_cast<int>(area / width));
  if (middle.height == height) middle.width = std::max(1, static_cast<int>(area / height));
  return middle;
}

Eigen::VectorXf crop(const Eigen::VectorXf& sample, const SampleForm& form,
                     const SampleForm& middle) {
  if (middle.entries() == form.entries()) return sample;
  const Index row_length = Index{form.width} * form.channels;
  const Index kept = Index{middle.width} * middle.channels;
  const Index top = (form.height - middle.height) / 2;
  const Index left = Index{(form.width - middle.width) / 2} * form.channels;
  Eigen::VectorXf part(middle.entries());
  for (Index row = 0; row < middle.height; ++row) {
    part.segment(row * kept, kept) = sample.segment((top + row) * row_length + left, kept);
  }
  return part;
}

std::string picture_url(const Eigen::VectorXf& sample, const SampleForm& form,
                        const ValueRange& range, bool magnitude) {
  const bool mapped = magnitude && form.channels == 1;
  const float top = mapped ? colours_used - 1 : 255;
  std::vector<std::uint8_t> pixels;
  pixels.reserve(static_cast<std::size_t>(sample.size()));
  for (const float value : sample) {
    pixels.push_back(static_cast<std::uint8_t>(std::lround(top * range.position(value))));
  }
  return "data:image/png;base64," +
         base64(mapped ? indexed_png(pixels, form.width, form.height, colour_map(colours_used))
                       : encode_png(pixels.data(), form.width, form.height, form.channels));
}

}  // namespace pellucid::report
