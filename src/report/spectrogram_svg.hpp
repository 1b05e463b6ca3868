// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "report/spectrogram.hpp"

namespace pellucid::report {

/// The levels shown from dark to light.
struct DecibelRange {
  float low = -90.0F;
  float high = -10.0F;

  /// The 80 dB below the strongest, up to whole tens.
  static DecibelRange of(const std::vector<Spectrogram>& all);
};

struct Box {
  double x = 0.0, y = 0.0, width = 0.0, height = 0.0;
};

/// A spectrogram with its axes, time and frequency, inside a box; SVG elements with the classes of
/// plot.css.
[[nodiscard]] std::string spectrogram_parts(const Spectrogram& spectrum, const DecibelRange& range,
                                            const Box& box);

/// The same as an SVG picture of its own.
[[nodiscard]] std::string spectrogram_svg(const Spectrogram& spectrum, const DecibelRange& range,
                                          const std::string& name);

}  // namespace pellucid::report
