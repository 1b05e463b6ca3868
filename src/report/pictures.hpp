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
  /// The form of the middle of a picture, with about that share of its area.
  [[nodiscard]] SampleForm cropped(double share) const;
};

/// The entries of a picture's middle.
[[nodiscard]] Eigen::VectorXf crop(const Eigen::VectorXf& sample, const SampleForm& form,
                                   const SampleForm& middle);

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

/// The picture as a data URL of a PNG. `magnitude` shows numbers that are no intensities from
/// violet over green to yellow instead of grey.
[[nodiscard]] std::string picture_url(const Eigen::VectorXf& sample, const SampleForm& form,
                                      const ValueRange& range, bool magnitude);

/// The sample as a line over its entries: the `d` of a path in a box of that size; long samples are
/// drawn as their envelope.
[[nodiscard]] std::string curve_path(const Eigen::VectorXf& sample, const ValueRange& range,
                                     double width, double height);

}  // namespace pellucid::report
