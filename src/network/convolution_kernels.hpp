// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The hot loops of a network in single precision. A channel of one signal is a plane of floats with
// a frame of zeros around it, so that every tap of a convolution is the same plane read from
// another place; a vector register holds neighbouring pixels of one channel.

// No other header of ours here: files compiled for a newer processor include this one, and none of
// their code may be linked into what an older one runs.

#include <cstddef>
#include <cstdint>

namespace pellucid {
using Index = std::ptrdiff_t;  // as Eigen's
enum class Isa;
enum class Precision;
}  // namespace pellucid

namespace pellucid::network {

/// Output channels that one pass computes together, and groups of pixels.
inline constexpr Index block_channels = 6;
inline constexpr Index block_vectors = 4;
/// The same of `convolve_row_pairs`.
inline constexpr Index row_pair_channels = 4;

enum class Activation { none, relu, silu };

/// `out_o = act(scale_o (sum_{i, tap} w_{o,i,tap} in_i(. + tap) + bias_o) + shift_o) factor_o +
/// residual_o`, zero where the mask is zero.
struct Convolution {
  const float* const* inputs;  ///< a plane for each input channel, at its first pixel
  Index input_channels;
  const Index* taps;  ///< distances of the taps, in floats
  Index tap_count;
  /// Blocks of `block_channels` output channels: input channel by input channel, tap by tap, one
  /// weight an output channel; the last block is as narrow as it is. In bf16 pairs of input
  /// channels take the place of channels and of their weights, the first one's in the low half of
  /// a word; in bf16x3 each row of weights is followed by what rounding took from it.
  const float* weights;
  const float *scale, *shift;  ///< one number an output channel, bias contained
  Activation activation;
  const float* const* factors;    ///< what the activation's value is multiplied by; null: none
  const float* const* residuals;  ///< null: none
  float* const* outputs;
  Index output_channels;
  const Index* positions;  ///< where vectors of pixels begin; a multiple of `block_vectors` of them
  Index position_count;
  /// A plane of words: all bits at pixels, none around them. What is selected and not multiplied
  /// stays zero there, also where a pixel is not finite.
  const std::uint32_t* mask;
  Index pitch;  ///< floats from a pixel to the one below
  /// Of `row_pair_scratch` or `pair_scratch` floats, aligned to 64 bytes; not for `direct` in f32.
  float* scratch;
};

/// `out = act(scale in + shift)` over the same vectors of pixels, channel by channel.
struct Pointwise {
  const float* const* inputs;
  const float *scale, *shift;
  Activation activation;
  float* const* outputs;
  Index channels;
  const Index* positions;
  Index position_count;
  const std::uint32_t* mask;
};

/// Mixture of linear experts k with projections z_kj, j < rank, and logits l_k:
///
///     p = softmax_k(logit_scale_k (l_k - sum_j (query_scale_kj z_kj + query_shift_kj)^2 / 2) +
///                   logit_shift_k),
///
/// l_k becomes p_k, and z_kj becomes p_k (value_scale_kj z_kj + value_shift_kj).
struct Experts {
  float* const* projections;  ///< experts times rank planes
  float* const* logits;       ///< a plane for each expert
  Index experts, rank;
  const float *query_scale, *query_shift, *value_scale, *value_shift;  ///< one a projection
  const float *logit_scale, *logit_shift;                              ///< one an expert
  const Index* positions;
  Index position_count;
};

/// Floats that `row_pairs` needs for so many input channels, and `direct` but for f32.
inline constexpr Index row_pair_scratch(Index input_channels, Index lanes) {
  return block_vectors * 4 * (lanes + 4) * input_channels;
}
inline constexpr Index pair_scratch(Index input_channels, Index taps, Index lanes) {
  return block_vectors * taps * lanes * (input_channels + 1);
}

/// Kernels of one instruction set.
struct NetworkKernels {
  /// In one precision.
  struct Convolutions {
    void (*direct)(const Convolution&);
    /// The same for 3 x 3 taps with a third less work: `positions` are those of every other row,
    /// all of whose vectors lie within rows, and weights have a row's taps replaced by four numbers
    /// u: blocks of `row_pair_channels` output channels: number by number, input channel by input
    /// channel, column by column of taps, one weight an output channel. Null in bf16x3: errors
    /// would be four times as large, which it is not for.
    void (*row_pairs)(const Convolution&);
  };

  Index lanes;                   ///< pixels of a vector
  Convolutions convolutions[3];  ///< by `Precision`
  void (*pointwise)(const Pointwise&);
  void (*weigh_experts)(const Experts&);
  bool bf16_products;  ///< whether the processor has them; else they are made of f32 ones

  [[nodiscard]] const Convolutions& in(Precision precision) const {
    return convolutions[static_cast<int>(precision)];
  }
};

/// The kernels of the active instruction set, or of a given one that this machine runs.
[[nodiscard]] const NetworkKernels& network_kernels();
[[nodiscard]] const NetworkKernels& network_kernels(Isa isa);

}  // namespace pellucid::network
