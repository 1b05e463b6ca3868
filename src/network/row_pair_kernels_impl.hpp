// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Convolutions of 3 x 3 taps by Winograd's minimal filtering F(2, 3) down the columns (Lavin and
// Gray, *Fast algorithms for convolutional neural networks*, CVPR 2016): two rows of outputs from
// four products in place of six,
//
//     v = (d0 - d2, d1 + d2, d2 - d1, d1 - d3),   u = (g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2,
//     g2), out = (m0 + m1 + m2, m1 - m2 - m3),  m_k = sum over input channels and columns of taps
//     u_k v_k.
//
// Included by convolution_kernels_impl.hpp, for one instruction set.

namespace pellucid::network {
namespace {

/// Rows d of one unit and input channel as v, moved by each column of taps, so that every load of
/// the products is aligned.
[[gnu::always_inline]] inline void transform_rows(const float* first, Index pitch, Index component,
                                                  float* to) {
  for (Index column = 0; column < 3; ++column) {
    const float* d = first + column;
    const Floats d0 = load(d), d1 = load(d + pitch), d2 = load(d + 2 * pitch),
                 d3 = load(d + 3 * pitch);
    float* v = to + column * lanes;
    store(v, d0 - d2);
    store(v + component, d1 + d2);
    store(v + 2 * component, d2 - d1);
    store(v + 3 * component, d1 - d3);
  }
}

/// m_k for a block of output channels at a few units.
template <int channels>
[[gnu::always_inline]] inline void multiply_component(const float* v, Index unit,
                                                      const float* weights, Index inputs,
                                                      Floats (&m)[channels][register_vectors]) {
  for (int o = 0; o < channels; ++o) {
    for (int q = 0; q < register_vectors; ++q) m[o][q] = Floats{};
  }
  for (Index i = 0; i < 3 * inputs; ++i) {
    Floats x[register_vectors];
#pragma GCC unroll 8
    for (int q = 0; q < register_vectors; ++q) x[q] = load(v + q * unit);
#pragma GCC unroll 8
    for (int o = 0; o < channels; ++o) {
      const Floats w = Floats{} + weights[o];
#pragma GCC unroll 8
      for (int q = 0; q < register_vectors; ++q) m[o][q] += w * x[q];
    }
    weights += channels;
    v += lanes;
  }
}

template <Activation activation, int channels>
void row_pair_block(const Convolution& c, const float* weights, Index first, const Index* at) {
  const Index component = 3 * lanes * c.input_channels, unit = 4 * component;
  const Index per_component = 3 * channels * c.input_channels;
  Floats upper[channels][register_vectors], lower[channels][register_vectors];
  Floats m[channels][register_vectors];
  multiply_component<channels>(c.scratch, unit, weights, c.input_channels, upper);
  multiply_component<channels>(c.scratch + component, unit, weights + per_component,
                               c.input_channels, lower);
  for (int o = 0; o < channels; ++o) {
    for (int q = 0; q < register_vectors; ++q) upper[o][q] += lower[o][q];
  }
  multiply_component<channels>(c.scratch + 2 * component, unit, weights + 2 * per_component,
                               c.input_channels, m);
  for (int o = 0; o < channels; ++o) {
    for (int q = 0; q < register_vectors; ++q) {
      upper[o][q] += m[o][q];
      lower[o][q] -= m[o][q];
    }
  }
  multiply_component<channels>(c.scratch + 3 * component, unit, weights + 3 * per_component,
                               c.input_channels, m);
  for (int o = 0; o < channels; ++o) {
    const Index channel = first + o;
    for (int q = 0; q < register_vectors; ++q) {
      const Index row = at[q];
      put<activation>(c, channel, row, upper[o][q]);
      put<activation>(c, channel, row + c.pitch, lower[o][q] - m[o][q]);
    }
  }
}

template <Activation activation, int channels = row_pair_channels>
void row_pair_last(const Convolution& c, Index count, const float* weights, Index first,
                   const Index* at) {
  if constexpr (channels > 0) {
    if (count == channels) {
      row_pair_block<activation, channels>(c, weights, first, at);
    } else {
      row_pair_last<activation, channels - 1>(c, count, weights, first, at);
    }
  }
}

template <Activation activation>
void convolve_row_pairs_all(const Convolution& c) {
  const Index component = 3 * lanes * c.input_channels, per_channel = 12 * c.input_channels;
  for (Index p = 0; p < c.position_count; p += register_vectors) {
    const Index* at = c.positions + p;
    for (Index q = 0; q < register_vectors; ++q) {
      for (Index i = 0; i < c.input_channels; ++i) {
        transform_rows(c.inputs[i] + at[q] - c.pitch - 1, c.pitch, component,
                       c.scratch + 4 * component * q + 3 * lanes * i);
      }
    }
    Index first = 0;
    for (; first + row_pair_channels <= c.output_channels; first += row_pair_channels) {
      row_pair_block<activation, row_pair_channels>(c, c.weights + first * per_channel, first, at);
    }
    row_pair_last<activation>(c, c.output_channels - first, c.weights + first * per_channel, first,
                              at);
  }
}

inline void convolve_row_pairs(const Convolution& c) {
  switch (c.activation) {
    case Activation::none:
      return convolve_row_pairs_all<Activation::none>(c);
    case Activation::relu:
      return convolve_row_pairs_all<Activation::relu>(c);
    case Activation::silu:
      return convolve_row_pairs_all<Activation::silu>(c);
  }
}

}  // namespace
}  // namespace pellucid::network
