// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid::report {

/// How samples of a shape are shown: as pictures, or as curves where they have one axis.
struct SampleForm {
  int height = 1;
  int width = 1;
  int channels = 1;    ///< 3 for colour
  bool curve = false;  ///< one axis: a line of `width` entries

  /// Axes of length one do not count; a last axis of three makes colour; further axes are stacked.
  explicit SampleForm(const std::vector<Index>& shape);
  [[nodiscard]] Index entries() const { return Index{height} * width * channels; }
};

/// The values shown from dark to light, or from bottom to top.
struct ValueRange {
  float low = 0.0F;
  float high = 1.0F;

  /// From the least to the greatest finite entry; never empty.
  explicit ValueRange(const Eigen::MatrixXf& samples);
  /// With a share of its length added to both ends.
  [[nodiscard]] ValueRange widened(float share) const;
  /// 0 to 1; values outside, and NaN, are moved to the nearest end (NaN to the low one).
  [[nodiscard]] float position(float value) const;
};

/// An `<img>` with the picture inside, PNG as a data URL. `colour_map` shows numbers that are no
/// intensities (magnitudes) from violet over green to yellow instead of grey.
[[nodiscard]] std::string picture(const Eigen::VectorXf& sample, const SampleForm& form,
                                  const ValueRange& range, bool colour_map);

/// An `<svg>` with the sample as a line over its entries, in front of `reference` (pale) if that
/// has entries.
[[nodiscard]] std::string small_curve(const Eigen::VectorXf& sample,
                                      const Eigen::VectorXf& reference, const ValueRange& range);

/// The colours of `colour_map` as a CSS gradient, for its legend.
[[nodiscard]] std::string colour_map_gradient();

}  // namespace pellucid::report
