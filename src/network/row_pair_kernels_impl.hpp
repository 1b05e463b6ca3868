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

/// Where a row of one unit and group lies in scratch: a vector of pixels and one on either side,
/// from which all columns of taps are read.
inline constexpr Index row_slot = lanes + 4;

/// Four rows of one channel from one place.
template <class Vector>
struct Rows {
  [[gnu::always_inline]] Rows(const float* from, Index pitch) {
    __builtin_memcpy(&d0, from, sizeof d0);
    __builtin_memcpy(&d1, from + pitch, sizeof d1);
    __builtin_memcpy(&d2, from + 2 * pitch, sizeof d2);
    __builtin_memcpy(&d3, from + 3 * pitch, sizeof d3);
  }
  Vector d0, d1, d2, d3;
};

/// Rows d of one group of input channels as v, as many pixels as a `Vector` has.
template <class Arithmetic, class Vector>
[[gnu::always_inline]] inline void transform_part(const Convolution& c, Index group, Index at,
                                                  Index component, float* to) {
  Vector v[4][Arithmetic::channels];
  for (Index i = 0; i < Arithmetic::channels; ++i) {
    const Rows<Vector> rows(Arithmetic::plane(c, group, i) + at, c.pitch);
    v[0][i] = rows.d0 - rows.d2;
    v[1][i] = rows.d1 + rows.d2;
    v[2][i] = rows.d2 - rows.d1;
    v[3][i] = rows.d1 - rows.d3;
  }
  for (int k = 0; k < 4; ++k) Arithmetic::put(to + k * component, v[k]);
}

template <class Arithmetic>
[[gnu::always_inline]] inline void transform_rows(const Convolution& c, Index group, Index at,
                                                  Index component, float* to) {
  const Index first = at - c.pitch - 1;
  transform_part<Arithmetic, Floats>(c, group, first, component, to);
  transform_part<Arithmetic, FourFloats>(c, group, first + lanes, component, to + lanes);
}

/// m_k for a block of output channels at a few units.
template <class Arithmetic, int channels>
[[gnu::always_inline]] inline void multiply_rows(const float* v, Index unit, const float* weights,
                                                 Index groups,
                                                 Floats (&m)[channels][register_vectors]) {
  for (int o = 0; o < channels; ++o) {
    for (int q = 0; q < register_vectors; ++q) m[o][q] = Floats{};
  }
  for (Index group = 0; group < groups; ++group, v += row_slot) {
#pragma GCC unroll 4
    for (Index column = 0; column < 3; ++column, weights += channels) {
      Words x[register_vectors];
#pragma GCC unroll 8
      for (int q = 0; q < register_vectors; ++q) x[q] = load_words(v + q * unit + column);
#pragma GCC unroll 8
      for (int o = 0; o < channels; ++o) {
        const Words w = broadcast(weights + o);
#pragma GCC unroll 8
        for (int q = 0; q < register_vectors; ++q) m[o][q] = Arithmetic::product(m[o][q], x[q], w);
      }
    }
  }
}

template <class Arithmetic, Activation activation, int channels>
void row_pair_block(const Convolution& c, const float* weights, Index first, const Index* at) {
  const Index groups = Arithmetic::groups(c.input_channels);
  const Index component = row_slot * groups, unit = 4 * component;
  const Index per_component = 3 * channels * groups;
  Floats upper[channels][register_vectors], lower[channels][register_vectors];
  Floats m[channels][register_vectors];
  multiply_rows<Arithmetic>(c.scratch, unit, weights, groups, upper);
  multiply_rows<Arithmetic>(c.scratch + component, unit, weights + per_component, groups, lower);
  for (int o = 0; o < channels; ++o) {
    for (int q = 0; q < register_vectors; ++q) upper[o][q] += lower[o][q];
  }
  multiply_rows<Arithmetic>(c.scratch + 2 * component, unit, weights + 2 * per_component, groups,
                            m);
  for (int o = 0; o < channels; ++o) {
    for (int q = 0; q < register_vectors; ++q) {
      upper[o][q] += m[o][q];
      lower[o][q] -= m[o][q];
    }
  }
  multiply_rows<Arithmetic>(c.scratch + 3 * component, unit, weights + 3 * per_component, groups,
                            m);
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
  const Index groups = Arithmetic::groups(c.input_channels);
  const Index component = row_slot * groups, per_channel = 12 * groups;
  for (Index p = 0; p < c.position_count; p += register_vectors) {
    const Index* at = c.positions + p;
    for (Index q = 0; q < register_vectors; ++q) {
      for (Index group = 0; group < groups; ++group) {
        transform_rows<Arithmetic>(c, group, at[q], component,
                                   c.scratch + 4 * component * q + row_slot * group);
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
