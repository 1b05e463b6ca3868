// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How a convolution multiplies, for one instruction set (included by convolution_kernels_impl.hpp).
// Input channels go into scratch in groups, a vector of pixels after the other; weights stand in
// the same order. A file that defines PELLUCID_BF16_PRODUCTS is compiled for a processor with
// products of pairs of bfloat16.

#ifdef PELLUCID_BF16_PRODUCTS
#include <immintrin.h>
#endif

namespace pellucid::network {
namespace {

using Words [[gnu::vector_size(PELLUCID_VECTOR_BYTES)]] = std::uint32_t;
using FourFloats [[gnu::vector_size(16)]] = float;
using FourWords [[gnu::vector_size(16)]] = std::uint32_t;

[[gnu::always_inline]] inline Words load_words(const float* from) { return (Words)load(from); }

/// One weight, or a pair of them, for all pixels.
[[gnu::always_inline]] inline Words broadcast(const float* from) {
  std::uint32_t word;
  __builtin_memcpy(&word, from, sizeof word);
  return Words{} + word;
}

/// Single precision, a channel a group.
struct Single {
  static constexpr Index channels = 1, parts = 1;
  static constexpr Index width = lanes;  ///< floats of a group in scratch

  static Index groups(Index inputs) { return inputs; }
  static const float* plane(const Convolution& c, Index group, Index) { return c.inputs[group]; }
  template <class Vector>
  [[gnu::always_inline]] static void put(float* to, const Vector (&x)[1]) {
    __builtin_memcpy(to, &x[0], sizeof x[0]);
  }
  [[gnu::always_inline]] static Floats product(Floats sum, Words x, Words w) {
    return sum + (Floats)x * (Floats)w;
  }
};

#ifdef PELLUCID_BF16_PRODUCTS
/// The numbers of `a` and `b` rounded to bfloat16, to nearest and even: `a`'s in the low halves.
[[gnu::always_inline]] inline Words round_pair(Floats a, Floats b) {
  alignas(64) static constexpr std::uint16_t order[] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                        21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                        11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const __m512bh both = _mm512_cvtne2ps_pbh((__m512)b, (__m512)a);
  return (Words)_mm512_permutexvar_epi16(_mm512_load_si512(order), (__m512i)both);
}
[[gnu::always_inline]] inline FourWords round_pair(FourFloats a, FourFloats b) {
  const auto both = (__m128i)_mm_cvtne2ps_pbh((__m128)b, (__m128)a);
  return (FourWords)_mm_unpacklo_epi16(both, _mm_srli_si128(both, 8));
}
#else
template <class Rounded, class Vector>
[[gnu::always_inline]] inline Rounded rounded_pair(Vector a, Vector b) {
  const Rounded low = (Rounded)a, high = (Rounded)b;
  return (low + 0x7fff + (low >> 16 & 1)) >> 16 |
         ((high + 0x7fff + (high >> 16 & 1)) & 0xffff0000u);
}
[[gnu::always_inline]] inline Words round_pair(Floats a, Floats b) {
  return rounded_pair<Words>(a, b);
}
#if PELLUCID_VECTOR_BYTES > 16
[[gnu::always_inline]] inline FourWords round_pair(FourFloats a, FourFloats b) {
  return rounded_pair<FourWords>(a, b);
}
#endif
#endif
[[gnu::always_inline]] inline Floats low_half(Words pair) { return (Floats)(pair << 16); }
[[gnu::always_inline]] inline Floats high_half(Words pair) { return (Floats)(pair & 0xffff0000u); }

/// Products of bfloat16, summed in single precision; two channels a group, a word a pixel. With two
/// `parts` every number is the sum of two bfloat16, and the product of the small ones is left out.
template <Index parts_of_numbers>
struct Pairs {
  static constexpr Index channels = 2, parts = parts_of_numbers;
  static constexpr Index width = parts * lanes;

  static Index groups(Index inputs) { return (inputs + 1) / 2; }
  /// The last of an odd number of channels is its own neighbour; that one's weights are zero.
  static const float* plane(const Convolution& c, Index group, Index i) {
    const Index channel = 2 * group + i;
    return c.inputs[channel < c.input_channels ? channel : channel - 1];
  }
  template <class Vector>
  [[gnu::always_inline]] static void put(float* to, const Vector (&x)[2]) {
    const auto pair = round_pair(x[0], x[1]);
    __builtin_memcpy(to, &pair, sizeof pair);
    if constexpr (parts == 2) {
      store(to + lanes, (Floats)round_pair(x[0] - low_half(pair), x[1] - high_half(pair)));
    }
  }
  [[gnu::always_inline]] static Floats product(Floats sum, Words x, Words w) {
#ifdef PELLUCID_BF16_PRODUCTS
    return (Floats)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)w);
#else
    sum += high_half(x) * high_half(w);
    return sum + low_half(x) * low_half(w);
#endif
  }
};

/// Sums of products for a block of output channels at a few vectors of pixels, `unit` floats apart.
template <class Arithmetic, int channels, int vectors>
[[gnu::always_inline]] inline void multiply(const float* v, Index unit, const float* weights,
                                            Index steps, Floats (&m)[channels][vectors]) {
  for (int o = 0; o < channels; ++o) {
    for (int q = 0; q < vectors; ++q) m[o][q] = Floats{};
  }
  for (Index i = 0; i < steps; ++i) {
    Words x[vectors];
#pragma GCC unroll 8
    for (int q = 0; q < vectors; ++q) x[q] = load_words(v + q * unit);
#pragma GCC unroll 8
    for (int o = 0; o < channels; ++o) {
      const Words w = broadcast(weights + o);
#pragma GCC unroll 8
      for (int q = 0; q < vectors; ++q) m[o][q] = Arithmetic::product(m[o][q], x[q], w);
    }
    if constexpr (Arithmetic::parts == 2) {
#pragma GCC unroll 8
      for (int o = 0; o < channels; ++o) {
        const Words small = broadcast(weights + channels + o);
#pragma GCC unroll 8
        for (int q = 0; q < vectors; ++q) m[o][q] = Arithmetic::product(m[o][q], x[q], small);
      }
#pragma GCC unroll 8
      for (int q = 0; q < vectors; ++q) x[q] = load_words(v + q * unit + lanes);
#pragma GCC unroll 8
      for (int o = 0; o < channels; ++o) {
        const Words w = broadcast(weights + o);
#pragma GCC unroll 8
        for (int q = 0; q < vectors; ++q) m[o][q] = Arithmetic::product(m[o][q], x[q], w);
      }
    }
    weights += Arithmetic::parts * channels;
    v += Arithmetic::width;
  }
}

}  // namespace
}  // namespace pellucid::network
