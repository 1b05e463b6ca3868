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
// Included by convolution_kernels_impl.hpp, for one instruction set. `Arithmetic` says how products
// are made (arithmetic_impl.hpp).

namespace pellucid::network {
namespace {

/// Rows d of one unit and group of input channels as v, moved by each column of taps, so that every
/// load of the products is aligned.
template <class Arithmetic>
[[gnu::always_inline]] inline void transform_rows(const Convolution& c, Index group, Index at,
                                                  Index component, float* to) {
  for (Index column = 0; column < 3; ++column, to += Arithmetic::width) {
    Floats v[4][Arithmetic::channels];
    for (Index i = 0; i < Arithmetic::channels; ++i) {
      const float* d = Arithmetic::plane(c, group, i) + at - c.pitch - 1 + column;
      const Floats d0 = load(d), d1 = load(d + c.pitch), d2 = load(d + 2 * c.pitch),
                   d3 = load(d + 3 * c.pitch);
      v[0][i] = d0 - d2;
      v[1][i] = d1 + d2;
      v[2][i] = d2 - d1;
      v[3][i] = d1 - d3;
    }
    for (int k = 0; k < 4; ++k) Arithmetic::put(to + k * component, v[k]);
  }
}

template <class Arithmetic, Activation activation, int channels>
void row_pair_block(const Convolution& c, const float* weights, Index first, const Index* at) {
  const Index steps = 3 * Arithmetic::groups(c.input_channels);
  const Index component = Arithmetic::width * steps, unit = 4 * component;
  const Index per_component = Arithmetic::parts * channels * steps;
  Floats upper[channels][register_vectors], lower[channels][register_vectors];
  Floats m[channels][register_vectors];
  multiply<Arithmetic>(c.scratch, unit, weights, steps, upper);
  multiply<Arithmetic>(c.scratch + component, unit, weights + per_component, steps, lower);
  for (int o = 0; o < channels; ++o) {
    for (int q = 0; q < register_vectors; ++q) upper[o][q] += lower[o][q];
  }
  multiply<Arithmetic>(c.scratch + 2 * component, unit, weights + 2 * per_component, steps, m);
  for (int o = 0; o < channels; ++o) {
    for (int q = 0; q < register_vectors; ++q) {
      upper[o][q] += m[o][q];
      lower[o][q] -= m[o][q];
    }
  }
  multiply<Arithmetic>(c.scratch + 3 * component, unit, weights + 3 * per_component, steps, m);
  for (int o = 0; o < channels; ++o) {
    const Index channel = first + o;
    for (int q = 0; q < register_vectors; ++q) {
      const Index row = at[q];
      put<activation>(c, channel, row, upper[o][q]);
      put<activation>(c, channel, row + c.pitch, lower[o][q] - m[o][q]);
    }
  }
}

template <class Arithmetic, Activation activation, int channels = row_pair_channels>
void row_pair_last(const Convolution& c, Index count, const float* weights, Index first,
                   const Index* at) {
  if constexpr (channels > 0) {
    if (count == channels) {
      row_pair_block<Arithmetic, activation, channels>(c, weights, first, at);
    } else {
      row_pair_last<Arithmetic, activation, channels - 1>(c, count, weights, first, at);
    }
  }
}

template <class Arithmetic, Activation activation>
void convolve_row_pairs_all(const Convolution& c) {
  const Index groups = Arithmetic::groups(c.input_channels), steps = 3 * groups;
  const Index component = Arithmetic::width * steps;
  const Index per_channel = 4 * Arithmetic::parts * steps;
  for (Index p = 0; p < c.position_count; p += register_vectors) {
    const Index* at = c.positions + p;
    for (Index q = 0; q < register_vectors; ++q) {
      for (Index group = 0; group < groups; ++group) {
        transform_rows<Arithmetic>(c, group, at[q], component,
                                   c.scratch + 4 * component * q + 3 * Arithmetic::width * group);
      }
    }
    Index first = 0;
    for (; first + row_pair_channels <= c.output_channels; first += row_pair_channels) {
      row_pair_block<Arithmetic, activation, row_pair_channels>(c, c.weights + first * per_channel,
                                                                first, at);
    }
    row_pair_last<Arithmetic, activation>(c, c.output_channels - first,
                                          c.weights + first * per_channel, first, at);
  }
}

template <class Arithmetic>
void convolve_row_pairs(const Convolution& c) {
  switch (c.activation) {
    case Activation::none:
      return convolve_row_pairs_all<Arithmetic, Activation::none>(c);
    case Activation::relu:
      return convolve_row_pairs_all<Arithmetic, Activation::relu>(c);
    case Activation::silu:
      return convolve_row_pairs_all<Arithmetic, Activation::silu>(c);
  }
}

}  // namespace
}  // namespace pellucid::network
