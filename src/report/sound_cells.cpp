// SPDX-License-Identifier: BSD-3-Clause
#include "report/sound_cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/colour_map.hpp"
#include "report/text.hpp"
#include "report/wav_bytes.hpp"

namespace pellucid::report {
namespace {

constexpr double least_seconds = 2.0;  // of a clip that is cut

DecibelRange range_of(const Gallery& gallery) {
  const Eigen::MatrixXf& sounds = gallery.clean.cols() > 0 ? gallery.clean : gallery.generated;
  std::vector<Spectrogram> all;
  for (Index i = 0; i < sounds.cols(); ++i) {
    all.push_back(spectrogram(sounds.col(i), gallery.sample_rate));
  }
  return DecibelRange::of(all);
}

}  // namespace

SoundCells::SoundCells(const Gallery& gallery) : gallery_(gallery), range_(range_of(gallery)) {}

std::string SoundCells::cell(const Eigen::VectorXf& sound, double share,
                             const std::string& name) const {
  const auto kept = static_cast<Index>(std::ceil(share * static_cast<double>(sound.size())));
  const Eigen::VectorXf part = sound.head(std::min(sound.size(), kept));
  const std::string safe = escape(name);
  return spectrogram_svg(spectrogram(part, gallery_.sample_rate), range_, "Spectrogram: " + name) +
         fmt::format(
             "<audio controls=\"\" preload=\"metadata\" aria-label=\"{}\" "
             "src=\"data:audio/wav;base64,{}\"></audio>\n",
             safe, base64(wav_bytes(part, gallery_.sample_rate)));
}

std::string SoundCells::legend() const {
  return fmt::format(
      "Spectrograms show levels from <span class=\"range\">{} dB <span class=\"scale\" "
      "style=\"background:{}\"></span> to {} dB</span>, where 0 dB is a sine of full scale. "
      "Players clip what is beyond full scale.",
      number_text(static_cast<double>(range_.low)), colour_map_gradient(),
      number_text(static_cast<double>(range_.high)));
}

double SoundCells::least_share() const {
  const double seconds = static_cast<double>(gallery_.clean.rows()) / gallery_.sample_rate;
  return std::min(1.0, least_seconds / std::max(seconds, 1e-9));
}

std::string SoundCells::part_text(double share) const {
  const double seconds = static_cast<double>(gallery_.clean.rows()) / gallery_.sample_rate;
  return fmt::format("the first {} s of each", number_text(share * seconds, 2));
}

}  // namespace pellucid::report
