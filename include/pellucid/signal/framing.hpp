// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// How signals of any size - sounds, pictures - become the vectors that a model knows:
/// `frames`  pieces of `size[0]` entries every `stride` entries of the first axis;
/// `stft`    windowed Fourier transforms of such pieces, `sum_n w[n] x[n] exp(-2 pi i k n / size)`,
///           `w[n] = sin(pi n / size)` (square-root Hann, periodic): complex vectors of the bins
///           1 ... size/2 - 1, the two real bins beside them;
/// `patches` boxes of `size` entries along the first axes, every `stride` entries of each; further
///           axes (colour) belong to the patch whole.
struct Framing {
  enum class Kind { none, frames, stft, patches };

  Kind kind = Kind::none;
  std::vector<Index> size;   ///< frames: 2 or more; stft: even, 4 or more; patches: one to three
  Index stride = 1;          ///< at most the smallest size, half of it for stft
  double sample_rate = 0.0;  ///< Hz, of the sound it was fitted to; 0 where there is none
  /// stft: mean and variance of the bins 0 and size/2 of clean signals, which are real and have
  /// their own scalar Wiener filter.
  std::array<double, 2> edge_mean{};
  std::array<double, 2> edge_variance{};

  [[nodiscard]] bool is_none() const { return kind == Kind::none; }
  /// Shape of the vectors cut from signals of this shape: (size) for frames, (size/2 - 1) for stft,
  /// size and the further axes for patches. Throws `Error` where a signal has too few axes, or
  /// more than one under frames and stft: channels are cut one by one.
  [[nodiscard]] std::vector<Index> vector_shape(const std::vector<Index>& signal_shape) const;
  /// Noise variance of a vector's entry where the signal's white noise has variance 1: 1, and
  /// `sum w^2 = size / 2` for stft. There the noise of a vector is circular, but neighbouring bins
  /// have the correlation -1/2 (bins further apart 0), from `E N_k conj(N_l) = sum_n w[n]^2
  /// exp(-2 pi i (k - l) n / size)`; and pieces that overlap share noise, as do the two sides of a
  /// reflected end. A model that sees white noise and one vector at a time leaves that unused.
  [[nodiscard]] double noise_gain() const;
  /// "frames of 256 every 128", for people; empty for none.
  [[nodiscard]] std::string text() const;
  /// Throws `Error` naming the field that is wrong.
  void validate() const;
};

[[nodiscard]] std::string_view name(Framing::Kind kind);
[[nodiscard]] Framing::Kind parse_framing(std::string_view name);

}  // namespace pellucid
