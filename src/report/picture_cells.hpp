// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "report/pictures.hpp"
#include "report/shown.hpp"

namespace pellucid::report {

/// The pictures or curves of a gallery that is no sound, one at a time, all with one scale.
class PictureCells {
 public:
  explicit PictureCells(const Gallery& gallery);

  /// One sample, `<img>` or `<svg>`; of pictures only the middle, `share` of its area. Curves have
  /// the clean sample behind where `in_front_of` names one of `outlines()`.
  [[nodiscard]] std::string cell(const Eigen::VectorXf& sample, double share,
                                 Index in_front_of = -1) const;
  /// The first `count` clean curves for `cell` to refer to; empty for pictures.
  [[nodiscard]] std::string outlines(Index count) const;
  /// What the values mean.
  [[nodiscard]] std::string legend() const;
  /// "curves", "pixels" (small pictures, whose pixels have edges) or "smooth".
  [[nodiscard]] std::string kind() const;
  /// How much of a picture's area has to be kept.
  [[nodiscard]] double least_share() const;
  /// "the middle 256 × 256 pixels"; empty for curves.
  [[nodiscard]] std::string part_text(double share) const;

  [[nodiscard]] const SampleForm& form() const { return form_; }
  [[nodiscard]] const ValueRange& range() const { return range_; }

 private:
  const Gallery& gallery_;
  SampleForm form_;
  ValueRange range_;
};

}  // namespace pellucid::report
