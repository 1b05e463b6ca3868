// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kernels of convolution_kernels.hpp for one instruction set: a file defines
// PELLUCID_VECTOR_BYTES and PELLUCID_REGISTER_VECTORS (how many vectors of pixels stay in registers
// beside one another), is compiled for that set, and includes this.

#include <cstdint>

#include "network/convolution_kernels.hpp"

namespace pellucid::network {
namespace {

using Floats [[gnu::vector_size(PELLUCID_VECTOR_BYTES)]] = float;
using Bits [[gnu::vector_size(PELLUCID_VECTOR_BYTES)]] = std::int32_t;
inline constexpr Index lanes = PELLUCID_VECTOR_BYTES / sizeof(float);
inline constexpr Index register_vectors = PELLUCID_REGISTER_VECTORS;
static_assert(block_vectors % register_vectors == 0);

[[gnu::always_inline]] inline Floats load(const float* from) {
  Floats value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}
[[gnu::always_inline]] inline void store(float* to, Floats value) {
  __builtin_memcpy(to, &value, sizeof value);
}

/// `exp(x)` within 2 units in the last place for -87 <= x <= 88, clamped outside.
[[gnu::always_inline]] inline Floats exp_of(Floats x) {
  x = x > -87.0f ? x : Floats{} - 87.0f;
  x = x < 88.0f ? x : Floats{} + 88.0f;
  constexpr float rounder = 0x1.8p23f;  // adding it rounds to an integer in the low bits
  const Floats shifted = x * 0x1.715476p0f + rounder;
  const Floats n = shifted - rounder;
  const Floats r = (x - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f;
  // Taylor's series: |r| <= log(2) / 2, the first term left out is below 2^-27.
  Floats p = Floats{} + 1.0f / 5040.0f;
  p = p * r + 1.0f / 720.0f;
  p = p * r + 1.0f / 120.0f;
  p = p * r + 1.0f / 24.0f;
  p = p * r + 1.0f / 6.0f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  return (Floats)((Bits)p + ((Bits)shifted << 23));
}

template <Activation activation>
[[gnu::always_inline]] inline Floats activate(Floats x) {
  if constexpr (activation == Activation::relu) {
    return x > 0.0f ? x : Floats{};
  } else if constexpr (activation == Activation::silu) {
    return x / (1.0f + exp_of(-x));
  } else {
    return x;
  }
}

/// The values at pixels, zeros around them.
[[gnu::always_inline]] inline Floats masked(Floats value, const std::uint32_t* mask) {
  Bits bits;
  __builtin_memcpy(&bits, mask, sizeof bits);
  return (Floats)((Bits)value & bits);
}

/// What becomes of a convolution's sums before they are stored.
template <Activation activation>
[[gnu::always_inline]] inline void put(const Convolution& c, Index channel, Index at, Floats sum) {
  Floats value = activate<activation>(sum * c.scale[channel] + c.shift[channel]);
  if (c.factors != nullptr) value *= load(c.factors[channel] + at);
  if (c.residuals != nullptr) value += load(c.residuals[channel] + at);
  store(c.outputs[channel] + at, masked(value, c.mask + at));
}

/// One block of output channels at a few vectors of pixels; everything stays in registers.
template <Activation activation, int channels, int vectors>
void convolve_block(const Convolution& c, const float* weights, Index first, const Index* at) {
  Floats sum[channels][vectors];
  for (int o = 0; o < channels; ++o) {
    for (int v = 0; v < vectors; ++v) sum[o][v] = Floats{};
  }
  for (Index i = 0; i < c.input_channels; ++i) {
    const float* plane = c.inputs[i];
    for (Index tap = 0; tap < c.tap_count; ++tap) {
      Floats x[vectors];
      const float* moved = plane + c.taps[tap];
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v) x[v] = load(moved + at[v]);
#pragma GCC unroll 8
      for (int o = 0; o < channels; ++o) {
        const Floats w = Floats{} + weights[o];
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) sum[o][v] += w * x[v];
      }
      weights += channels;
    }
  }
#pragma GCC unroll 8
  for (int o = 0; o < channels; ++o) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) put<activation>(c, first + o, at[v], sum[o][v]);
  }
}

template <Activation activation, int vectors, int channels = block_channels>
void convolve_last(const Convolution& c, Index count, const float* weights, Index first,
                   const Index* at) {
  if constexpr (channels > 0) {
    if (count == channels) {
      convolve_block<activation, channels, vectors>(c, weights, first, at);
    } else {
      convolve_last<activation, vectors, channels - 1>(c, count, weights, first, at);
    }
  }
}

/// All output channels at a few vectors of pixels.
template <Activation activation, int vectors>
void convolve_at(const Convolution& c, const Index* at) {
  const Index per_channel = c.input_channels * c.tap_count;
  Index first = 0;
  for (; first + block_channels <= c.output_channels; first += block_channels) {
    convolve_block<activation, block_channels, vectors>(c, c.weights + first * per_channel, first,
                                                        at);
  }
  convolve_last<activation, vectors>(c, c.output_channels - first, c.weights + first * per_channel,
                                     first, at);
}

template <Activation activation>
void convolve_all(const Convolution& c) {
  Index p = 0;
  for (; p + register_vectors <= c.position_count; p += register_vectors) {
    convolve_at<activation, register_vectors>(c, c.positions + p);
  }
  for (; p < c.position_count; ++p) convolve_at<activation, 1>(c, c.positions + p);
}

inline void convolve(const Convolution& c) {
  switch (c.activation) {
    case Activation::none:
      return convolve_all<Activation::none>(c);
    case Activation::relu:
      return convolve_all<Activation::relu>(c);
    case Activation::silu:
      return convolve_all<Activation::silu>(c);
  }
}

}  // namespace
}  // namespace pellucid::network

#include "network/arithmetic_impl.hpp"
//
#include "network/experts_kernel_impl.hpp"
#include "network/pair_kernels_impl.hpp"
#include "network/row_pair_kernels_impl.hpp"

namespace pellucid::network {
namespace {

template <Activation activation>
void pointwise_all(const Pointwise& p) {
  for (Index channel = 0; channel < p.channels; ++channel) {
    const float scale = p.scale[channel], shift = p.shift[channel];
    for (Index i = 0; i < p.position_count; ++i) {
      const Index at = p.positions[i];
      const Floats value = activate<activation>(load(p.inputs[channel] + at) * scale + shift);
      store(p.outputs[channel] + at, masked(value, p.mask + at));
    }
  }
}

inline void pointwise(const Pointwise& p) {
  switch (p.activation) {
    case Activation::none:
      return pointwise_all<Activation::none>(p);
    case Activation::relu:
      return pointwise_all<Activation::relu>(p);
    case Activation::silu:
      return pointwise_all<Activation::silu>(p);
  }
}

#ifdef PELLUCID_BF16_PRODUCTS
inline constexpr bool bf16_products = true;
#else
inline constexpr bool bf16_products = false;
#endif

inline constexpr NetworkKernels kernels = {
    lanes,
    {{convolve, convolve_row_pairs<Single>},
     {convolve_pairs<Pairs<2>>, nullptr},
     {convolve_pairs<Pairs<1>>, convolve_row_pairs<Pairs<1>>}},
    pointwise,
    weigh_experts,
    bf16_products};

}  // namespace
}  // namespace pellucid::network
