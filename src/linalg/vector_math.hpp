// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Vectors of numbers and two functions of them, for files compiled for one instruction set: GCC and
// Clang's vector extensions, everything in an unnamed namespace, no other header that defines
// functions, so that no code for a newer processor is linked into code for an older one.

#include <cstdint>

namespace pellucid::linalg {
namespace {

template <class Real, int bytes>
struct VectorOf;
template <int bytes>
struct VectorOf<float, bytes> {
  using type [[gnu::vector_size(bytes)]] = float;
};
template <int bytes>
struct VectorOf<double, bytes> {
  using type [[gnu::vector_size(bytes)]] = double;
};

using Doubles [[gnu::vector_size(PELLUCID_VECTOR_BYTES)]] = double;
using Integers [[gnu::vector_size(PELLUCID_VECTOR_BYTES)]] = std::int64_t;

// Adding it rounds to an integer, which then stands in the low bits.
inline constexpr double rounder = 0x1.8p52;

/// `exp(x)` for x <= 0 within 2 units in the last place; 0 below -700 and for NaN.
[[gnu::always_inline]] inline Doubles exp_of(Doubles x) {
  // Lanes that do not count are computed at 0.
  const Integers counts = x > -700.0;
  const Doubles safe = counts ? x : Doubles{};
  const Doubles shifted = safe * 0x1.71547652b82fep0 + rounder;
  const Doubles n = shifted - rounder;
  const Doubles r = (safe - n * 0x1.62e42fefa39efp-1) - n * 0x1.abc9e3b39803fp-56;
  // Taylor's series: |r| <= log(2) / 2, the first term left out is below 2^-60.
  Doubles p = Doubles{} + 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  const Integers exponent = (Integers)shifted << 52;
  return counts ? (Doubles)((Integers)p + exponent) : Doubles{};
}

/// `log(x)` for positive, normal x, within 1 unit in the last place (the series of fdlibm).
[[gnu::always_inline]] inline Doubles log_of(Doubles x) {
  constexpr std::int64_t root_half = 0x3fe6a09e667f3bcd, mantissa = 0x000fffffffffffff;
  const Integers bits = (Integers)x - root_half;
  const Integers exponent = bits >> 52;
  const Doubles e = (Doubles)(exponent + (Integers)(Doubles{} + rounder)) - rounder;
  const Doubles m = (Doubles)((bits & mantissa) + root_half);
  const Doubles f = m - 1.0;
  const Doubles s = f / (f + 2.0), z = s * s;
  Doubles p = Doubles{} + 1.479819860511658591e-01;
  p = p * z + 1.531383769920937332e-01;
  p = p * z + 1.818357216161805012e-01;
  p = p * z + 2.222219843214978396e-01;
  p = p * z + 2.857142874366239149e-01;
  p = p * z + 3.999999999940941908e-01;
  p = p * z + 6.666666666666735130e-01;
  const Doubles half_square = 0.5 * f * f;
  return e * 0x1.62e42fee00000p-1 -
         ((half_square - (s * (half_square + z * p) + e * 1.90821492927058770002e-10)) - f);
}

}  // namespace
}  // namespace pellucid::linalg
