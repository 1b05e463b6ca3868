// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Eigenvalues and leading eigenvectors of symmetric matrices, one matrix a lane, for one
// instruction set: tridiagonal form, inverse iteration, reflectors. Everything is in an unnamed
// namespace.

#include "linalg/lane_tridiagonal.hpp"

namespace pellucid::linalg {
namespace {

/// `T - value I = P L U` with row exchanges, and systems with it.
class ShiftedTridiagonal {
 public:
  ShiftedTridiagonal(Index m, const LaneWork& work, Doubles value)
      : m_(m),
        pivot_(work.spare[0]),
        first_(work.spare[1]),
        second_(work.spare[2]),
        factor_(work.spare[3]),
        swap_(work.spare[4]) {
    Doubles a = work.diagonal[0] - value, b = m > 1 ? work.side[1] : Doubles{};
    for (Index i = 0; i + 1 < m; ++i) {
      const Doubles c = work.side[i + 1], d = work.diagonal[i + 1] - value;
      const Doubles e = i + 2 < m ? work.side[i + 2] : Doubles{};
      const Integers swaps = absolute(c) > absolute(a);
      const Doubles inverse = 1.0 / away(swaps ? c : a);
      const Doubles factor = (swaps ? a : c) * inverse;
      pivot_[i] = inverse;
      first_[i] = swaps ? d : b;
      second_[i] = swaps ? e : Doubles{};
      factor_[i] = factor;
      swap_[i] = (Doubles)swaps;
      a = (swaps ? b : d) - factor * first_[i];
      b = (swaps ? Doubles{} : e) - factor * second_[i];
    }
    pivot_[m - 1] = 1.0 / away(a);
    first_[m - 1] = second_[m - 1] = Doubles{};
  }

  void solve_lower(Doubles* z) const {
    Doubles carried = z[0];
    for (Index i = 0; i + 1 < m_; ++i) {
      const Integers swaps = (Integers)swap_[i];
      const Doubles next = z[i + 1];
      z[i] = swaps ? next : carried;
      carried = (swaps ? carried : next) - factor_[i] * z[i];
    }
    z[m_ - 1] = carried;
  }
  void solve_upper(Doubles* z) const {
    Doubles one = {}, two = {};
    for (Index i = m_ - 1; i >= 0; --i) {
      const Doubles x = (z[i] - first_[i] * one - second_[i] * two) * pivot_[i];
      two = one;
      one = z[i] = x;
    }
  }

 private:
  // A pivot that is not zero: matrices have trace 1.
  static Doubles away(Doubles x) { return absolute(x) < 0x1p-60 ? Doubles{} + 0x1p-60 : x; }

  Index m_;
  Doubles *pivot_, *first_, *second_, *factor_, *swap_;
};

inline void normalise(Index m, Doubles* z) {
  Doubles square = {};
  for (Index i = 0; i < m; ++i) square += z[i] * z[i];
  const Doubles factor = 1.0 / root_of(larger(square, Doubles{} + 1e-290));
  for (Index i = 0; i < m; ++i) z[i] *= factor;
}

/// Orthogonal to the `count` unit vectors before it.
inline void orthogonalise(Index m, Index count, const Doubles* vectors, Doubles* z) {
  for (Index k = 0; k < count; ++k) {
    const Doubles* u = vectors + k * m;
    Doubles dot = {};
    for (Index i = 0; i < m; ++i) dot += u[i] * z[i];
    for (Index i = 0; i < m; ++i) z[i] -= dot * u[i];
  }
}

/// Eigenvectors of the tridiagonal matrix by inverse iteration; each from a start of its own, so
/// that equal eigenvalues have vectors that are orthogonal.
inline void tridiagonal_eigenvectors(Index m, const Doubles* values, Index count, LaneWork& work) {
  unsigned state = 12345;
  for (Index k = 0; k < count; ++k) {
    Doubles* z = work.vectors + k * m;
    for (Index i = 0; i < m; ++i) {
      state = state * 1664525u + 1013904223u;
      z[i] = Doubles{} + (0.5 + static_cast<double>(state >> 8) * 0x1p-24);
    }
    const ShiftedTridiagonal shifted(m, work, values[k] * work.scale[0]);
    constexpr int rounds = 2;
    for (int round = 0; round < rounds; ++round) {
      if (round > 0) shifted.solve_lower(z);
      shifted.solve_upper(z);
      normalise(m, z);
      orthogonalise(m, k, work.vectors, z);
      normalise(m, z);
    }
    if (k > 0) {  // once more: what was left of it may have been little
      orthogonalise(m, k, work.vectors, z);
      normalise(m, z);
    }
  }
}

/// `count` vectors of the tridiagonal matrix to vectors of the matrix itself.
template <int count>
[[gnu::always_inline]] inline void reflect(Index m, const Doubles* a, const Doubles* tau,
                                           Doubles* z) {
  for (Index k = 2; k < m; ++k) {
    const Doubles* v = a + packed_entries(k);
    Doubles dot[count];
    for (int c = 0; c < count; ++c) dot[c] = Doubles{};
    for (Index j = 0; j < k; ++j) {
      for (int c = 0; c < count; ++c) dot[c] += v[j] * z[c * m + j];
    }
    for (int c = 0; c < count; ++c) dot[c] *= tau[k];
    for (Index j = 0; j < k; ++j) {
      for (int c = 0; c < count; ++c) z[c * m + j] -= dot[c] * v[j];
    }
  }
}

inline void eigenvalues(Index m, double* matrices, double* values, double* work_space) {
  auto* a = reinterpret_cast<Doubles*>(matrices);
  auto* out = reinterpret_cast<Doubles*>(values);
  LaneWork work(m, reinterpret_cast<Doubles*>(work_space));
  Doubles trace = {};
  for (Index i = 0; i < m; ++i) trace += a[packed_entries(i + 1) - 1];
  // Windows of zeros stay zero.
  trace = trace > 1e-290 ? trace : Doubles{} + 1.0;
  const Doubles scale = 1.0 / trace;
  work.scale[0] = scale;
  for (Index i = 0; i < packed_entries(m); ++i) a[i] *= scale;
  tridiagonalise(m, a, work);
  tridiagonal_eigenvalues(m, work, out);
  for (Index i = 0; i < m; ++i) out[i] *= trace;
}

/// Four by four entries of `base I + sum_k (weight_k - base) u_k u_k^T`.
inline void outer_block(Index m, Index i0, Index j0, Index count, const Doubles* u,
                        const Doubles* weights, Doubles base, double* result, Index stride) {
  constexpr int side = 4;
  Doubles sum[side][side] = {};
  Index rows[side], cols[side];
  for (int r = 0; r < side; ++r) {
    rows[r] = i0 + r < m ? i0 + r : m - 1;
    cols[r] = j0 + r < m ? j0 + r : m - 1;
  }
  for (Index k = 0; k < count; ++k) {
    const Doubles* z = u + k * m;
    Doubles right[side];
    for (int c = 0; c < side; ++c) right[c] = z[cols[c]];
    for (int r = 0; r < side; ++r) {
      const Doubles left = z[rows[r]] * weights[k];
      for (int c = 0; c < side; ++c) sum[r][c] += left * right[c];
    }
  }
  for (int r = 0; r < side && i0 + r < m; ++r) {
    for (int c = 0; c < side && j0 + c <= i0 + r; ++c) {
      const Doubles value = sum[r][c] + (i0 + r == j0 + c ? base : Doubles{});
      double* to = result + (packed_entries(i0 + r) + j0 + c) * stride;
      for (int lane = 0; lane < lanes; ++lane) to[lane] = value[lane];
    }
  }
}

inline void spectral(Index m, const double* matrices, const double* values, Index count,
                     const double* weights, const double* base, double* work_space, double* result,
                     Index stride) {
  const auto* a = reinterpret_cast<const Doubles*>(matrices);
  LaneWork work(m, reinterpret_cast<Doubles*>(work_space));
  const Doubles bottom = *reinterpret_cast<const Doubles*>(base);
  tridiagonal_eigenvectors(m, reinterpret_cast<const Doubles*>(values), count, work);
  Index k = 0;
  for (; k + 4 <= count; k += 4) reflect<4>(m, a, work.tau, work.vectors + k * m);
  for (; k < count; ++k) reflect<1>(m, a, work.tau, work.vectors + k * m);
  // Lanes without use for a vector do not see it: theirs may be no number.
  Doubles* rest = work.spare[0];
  for (k = 0; k < count; ++k) {
    const Doubles weight = reinterpret_cast<const Doubles*>(weights)[k] - bottom;
    rest[k] = weight;
    Doubles* z = work.vectors + k * m;
    for (Index i = 0; i < m; ++i) z[i] = weight != 0.0 ? z[i] : Doubles{};
  }
  for (Index i = 0; i < m; i += 4) {
    for (Index j = 0; j <= i; j += 4) {
      outer_block(m, i, j, count, work.vectors, rest, bottom, result, stride);
    }
  }
}

}  // namespace
}  // namespace pellucid::linalg
