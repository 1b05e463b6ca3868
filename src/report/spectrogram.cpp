// SPDX-License-Identifier: BSD-3-Clause
#include "report/spectrogram.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <unsupported/Eigen/FFT>

namespace pellucid::report {
namespace {

constexpr Index most_rows = 160;
constexpr float silence_db = -200.0F;

// The power of two nearest to 32 ms.
Index window_length(double sample_rate) {
  const double samples = std::clamp(0.032 * sample_rate, 32.0, 8192.0);
  return Index{1} << std::lround(std::log2(samples));
}

Eigen::VectorXf hann(Index length) {
  const double step = 2 * std::numbers::pi / static_cast<double>(length);
  Eigen::VectorXf window(length);
  for (Index i = 0; i < length; ++i) {
    window[i] = static_cast<float>(0.5 - 0.5 * std::cos(step * static_cast<double>(i)));
  }
  return window;
}

// The samples around `centre`, zeros beyond both ends.
Eigen::VectorXf piece(const Eigen::VectorXf& sound, Index centre, Index length) {
  Eigen::VectorXf part = Eigen::VectorXf::Zero(length);
  const Index begin = centre - length / 2;
  const Index first = std::max<Index>(0, begin);
  const Index end = std::min(sound.size(), begin + length);
  if (end > first) part.segment(first - begin, end - first) = sound.segment(first, end - first);
  return part.array().isFinite().select(part, 0.0F);
}

float to_decibel(float amplitude) {
  return amplitude > 0.0F ? std::max(silence_db, 20.0F * std::log10(amplitude)) : silence_db;
}

}  // namespace

Spectrogram spectrogram(const Eigen::VectorXf& sound, double sample_rate, Index most_columns) {
  const Index length = window_length(sample_rate);
  const Eigen::VectorXf window = hann(length);
  const Index hop = std::max(length / 8, (sound.size() + most_columns - 1) / most_columns);
  const Index columns = std::max<Index>(1, (sound.size() + hop - 1) / hop);
  const Index bins = length / 2 + 1;
  const Index together = (bins + most_rows - 1) / most_rows;
  const Index rows = (bins + together - 1) / together;
  // A sine of amplitude 1 gives half the window's sum at its frequency.
  const float unit = 2.0F / window.sum();

  Spectrogram result{Eigen::MatrixXf(rows, columns),
                     static_cast<double>(sound.size()) / sample_rate, sample_rate / 2};
  Eigen::FFT<float> transform;
  Eigen::VectorXcf spectrum(length);
  for (Index column = 0; column < columns; ++column) {
    const Eigen::VectorXf part = piece(sound, column * hop + hop / 2, length).cwiseProduct(window);
    transform.fwd(spectrum, part);
    for (Index row = 0; row < rows; ++row) {
      const Index first = row * together;
      const Index count = std::min(together, bins - first);
      const float amplitude = unit * spectrum.segment(first, count).cwiseAbs().maxCoeff();
      result.decibel(row, column) = to_decibel(amplitude);
    }
  }
  return result;
}

}  // namespace pellucid::report
