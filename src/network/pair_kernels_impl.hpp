// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Convolutions with any taps in pairs of bfloat16: what every tap reads is rounded once into
// scratch, then serves all output channels. Included by convolution_kernels_impl.hpp.

namespace pellucid::network {
namespace {

template <class Arithmetic, Activation activation, int channels, int vectors>
void pair_block(const Convolution& c, const float* weights, Index first, const Index* at) {
  const Index steps = Arithmetic::groups(c.input_channels) * c.tap_count;
  Floats sum[channels][vectors];
  multiply<Arithmetic>(c.scratch, Arithmetic::width * steps, weights, steps, sum);
#pragma GCC unroll 8
  for (int o = 0; o < channels; ++o) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) put<activation>(c, first + o, at[v], sum[o][v]);
  }
}

template <class Arithmetic, Activation activation, int vectors, int channels = block_channels>
void pair_last(const Convolution& c, Index count, const float* weights, Index first,
               const Index* at) {
  if constexpr (channels > 0) {
    if (count == channels) {
      pair_block<Arithmetic, activation, channels, vectors>(c, weights, first, at);
    } else {
      pair_last<Arithmetic, activation, vectors, channels - 1>(c, count, weights, first, at);
    }
  }
}

/// All output channels at a few vectors of pixels.
template <class Arithmetic, Activation activation, int vectors>
void convolve_pairs_at(const Convolution& c, const Index* at) {
  const Index groups = Arithmetic::groups(c.input_channels);
  float* to = c.scratch;
  for (int v = 0; v < vectors; ++v) {
    for (Index group = 0; group < groups; ++group) {
      const float *even = Arithmetic::plane(c, group, 0) + at[v],
                  *odd = Arithmetic::plane(c, group, 1) + at[v];
      for (Index tap = 0; tap < c.tap_count; ++tap, to += Arithmetic::width) {
        const Floats both[] = {load(even + c.taps[tap]), load(odd + c.taps[tap])};
        Arithmetic::put(to, both);
      }
    }
  }
  const Index per_channel = Arithmetic::parts * groups * c.tap_count;
  Index first = 0;
  for (; first + block_channels <= c.output_channels; first += block_channels) {
    pair_block<Arithmetic, activation, block_channels, vectors>(c, c.weights + first * per_channel,
                                                                first, at);
  }
  pair_last<Arithmetic, activation, vectors>(c, c.output_channels - first,
                                             c.weights + first * per_channel, first, at);
}

template <class Arithmetic, Activation activation>
void convolve_pairs_all(const Convolution& c) {
  Index p = 0;
  for (; p + register_vectors <= c.position_count; p += register_vectors) {
    convolve_pairs_at<Arithmetic, activation, register_vectors>(c, c.positions + p);
  }
  for (; p < c.position_count; ++p)
    convolve_pairs_at<Arithmetic, activation, 1>(c, c.positions + p);
}

template <class Arithmetic>
void convolve_pairs(const Convolution& c) {
  switch (c.activation) {
    case Activation::none:
      return convolve_pairs_all<Arithmetic, Activation::none>(c);
    case Activation::relu:
      return convolve_pairs_all<Arithmetic, Activation::relu>(c);
    case Activation::silu:
      return convolve_pairs_all<Arithmetic, Activation::silu>(c);
  }
}

}  // namespace
}  // namespace pellucid::network
