// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "report/shown.hpp"
#include "report/spectrogram_svg.hpp"

namespace pellucid::report {

/// The sounds of a gallery, one at a time: a spectrogram, all with one scale, and a player.
class SoundCells {
 public:
  explicit SoundCells(const Gallery& gallery);

  /// The first `share` of a sound; `name` for those who cannot see: "noisy, SNR 10 dB, clip 1".
  [[nodiscard]] std::string cell(const Eigen::VectorXf& sound, double share,
                                 const std::string& name) const;
  /// What the colours mean.
  [[nodiscard]] std::string legend() const;
  /// How much of a clip's time has to be kept.
  [[nodiscard]] double least_share() const;
  /// "the first 2.5 s of each".
  [[nodiscard]] std::string part_text(double share) const;

  [[nodiscard]] const DecibelRange& range() const { return range_; }

 private:
  const Gallery& gallery_;
  DecibelRange range_;
};

}  // namespace pellucid::report
