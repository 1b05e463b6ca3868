// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "pellucid/io/array.hpp"

struct sf_private_tag;

namespace pellucid::io {

inline constexpr int kMostChannels = 64;
inline constexpr int kHighestRate = 768000;

/// How a file stores one amplitude. Only formats whose every value a float holds exactly are here;
/// codecs that lose something are refused.
struct SampleFormat {
  int subtype;            ///< libsndfile's word
  int bits;               ///< in the file
  bool is_integer;        ///< rounds and clips
  DType type;             ///< in which the values are exact
  std::string_view name;  ///< for people
};

/// Nothing where Pellucid does not read the format.
[[nodiscard]] const SampleFormat* sample_format(int encoding);

/// "WAV, 16-bit PCM, 8000 Hz".
[[nodiscard]] std::string describe_sound(int encoding, int rate);

struct CloseSound {
  void operator()(sf_private_tag* file) const;
};
using SoundFile = std::unique_ptr<sf_private_tag, CloseSound>;

}  // namespace pellucid::io
