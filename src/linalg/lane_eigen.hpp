// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Eigenvalues and leading eigenvectors of symmetric matrices, one matrix a lane, for one
// instruction set: Householder reduction to tridiagonal form, root-free QL, inverse iteration.
// Everything is in an unnamed namespace. Matrices are packed row by row, lower triangle.

#include "linalg/vector_math.hpp"
#include "linalg/window_kernels.hpp"

namespace pellucid::linalg {
namespace {

inline constexpr int lanes = PELLUCID_VECTOR_BYTES / static_cast<int>(sizeof(double));
inline constexpr double epsilon = 0x1p-52;

[[gnu::always_inline]] inline Doubles root_of(Doubles x) {
  Doubles r;
  for (int i = 0; i < lanes; ++i) r[i] = __builtin_sqrt(x[i]);
  return r;
}
[[gnu::always_inline]] inline Doubles absolute(Doubles x) { return x < 0.0 ? -x : x; }
[[gnu::always_inline]] inline Doubles larger(Doubles x, Doubles y) { return x > y ? x : y; }
[[gnu::always_inline]] inline bool all_at_most(Doubles x, double bound) {
  bool all = true;
  for (int i = 0; i < lanes; ++i) all = all && x[i] <= bound;
  return all;
}

/// Parts of the work space for matrices of order `m`.
struct LaneWork {
  LaneWork(Index m, Doubles* at)
      : scale(at), diagonal(at + m), side(at + 2 * m), tau(at + 3 * m), vectors(at + 16 * m) {
    for (int i = 0; i < 12; ++i) spare[i] = at + (4 + i) * m;
  }
  Doubles* scale;     // 1 / trace
  Doubles* diagonal;  // of the tridiagonal matrix
  Doubles* side;      // entry i between i - 1 and i
  Doubles* tau;       // of the reflectors
  Doubles* vectors;   // m x m
  Doubles* spare[12];
};

/// Reflector `I - tau v v^T`, v_{k-1} = 1, that maps `row` to a multiple of its last unit vector.
inline void make_reflector(Index k, Doubles* row, Doubles& tau, Doubles& side) {
  Doubles rest = {};
  for (Index j = 0; j + 1 < k; ++j) rest += row[j] * row[j];
  const Doubles last = row[k - 1];
  // Matrices have trace 1: what is below counts as zero.
  const Integers reflects = rest > 1e-100;
  const Doubles norm = root_of(reflects ? last * last + rest : Doubles{} + 1.0);
  const Doubles to = last > 0.0 ? -norm : norm;
  tau = reflects ? (to - last) / to : Doubles{};
  side = reflects ? to : last;
  const Doubles factor = reflects ? 1.0 / (last - to) : Doubles{};
  for (Index j = 0; j + 1 < k; ++j) row[j] *= factor;
  row[k - 1] = Doubles{} + 1.0;
}

/// Rows `i ... i + rows - 1` of `A <- A - v w^T - w v^T`, and what they add to `p = A n`.
template <int rows>
[[gnu::always_inline]] inline void update_rows(Index i, Doubles* a, const Doubles* v,
                                               const Doubles* w, const Doubles* n, Doubles* p) {
  Doubles* row[rows];
  Doubles vi[rows], wi[rows], ni[rows], sum[rows];
  for (int r = 0; r < rows; ++r) {
    row[r] = a + packed_entries(i + r);
    vi[r] = v[i + r];
    wi[r] = w[i + r];
    ni[r] = n[i + r];
    sum[r] = Doubles{};
  }
  for (Index j = 0; j < i; ++j) {
    const Doubles vj = v[j], wj = w[j], nj = n[j];
    Doubles pj = p[j];
    for (int r = 0; r < rows; ++r) {
      const Doubles x = row[r][j] - vi[r] * wj - wi[r] * vj;
      row[r][j] = x;
      pj += x * ni[r];
      sum[r] += x * nj;
    }
    p[j] = pj;
  }
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c <= r; ++c) {
      const Doubles x = row[r][i + c] - vi[r] * wi[c] - wi[r] * vi[c];
      row[r][i + c] = x;
      sum[r] += x * ni[c];
      if (c < r) sum[c] += x * ni[r];
    }
  }
  for (int r = 0; r < rows; ++r) p[i + r] = sum[r];
}

/// `A = Q T Q^T` from the last row up; the update by one reflector and the product with the next
/// are one pass. Row k of `a` becomes the reflector of entries 0 ... k - 1.
inline void tridiagonalise(Index m, Doubles* a, LaneWork& work) {
  Doubles *v = work.spare[0], *w = work.spare[1], *p = work.spare[2];
  for (Index i = 0; i < m; ++i) v[i] = w[i] = Doubles{};
  for (Index k = m - 1; k > 0; --k) {
    Doubles* row = a + packed_entries(k);
    const Doubles vk = v[k], wk = w[k];
    for (Index j = 0; j <= k; ++j) row[j] -= vk * w[j] + wk * v[j];
    work.diagonal[k] = row[k];
    make_reflector(k, row, work.tau[k], work.side[k]);
    constexpr int rows = PELLUCID_EIGEN_ROWS;
    Index i = 0;
    for (; i + rows <= k; i += rows) update_rows<rows>(i, a, v, w, row, p);
    for (; i < k; ++i) update_rows<1>(i, a, v, w, row, p);
    Doubles dot = {};
    for (Index j = 0; j < k; ++j) dot += p[j] * row[j];
    const Doubles tau = work.tau[k], half = 0.5 * tau * tau * dot;
    for (Index j = 0; j < k; ++j) {
      v[j] = row[j];
      w[j] = tau * p[j] - half * row[j];
    }
  }
  work.diagonal[0] = a[0] - 2.0 * v[0] * w[0];
  work.side[0] = Doubles{};
}

/// One root-free QL sweep over `l ... m - 1` (Reinsch, *A stable, rational QL algorithm*, Comm. ACM
/// 16, 1973) of diagonal `d` and squared side entries `s`, s_i between i and i + 1; returns the
/// shift. Lanes that need no sweep any more stand one.
inline Doubles sweep(Index l, Index m, Doubles* d, Doubles* s) {
  const Doubles side = root_of(larger(s[l], Doubles{} + 1e-40));
  const Doubles ratio = (d[l + 1] - d[l]) / (2.0 * side);
  const Doubles root = root_of(ratio * ratio + 1.0);
  const Doubles start = side / (ratio + (ratio < 0.0 ? -root : root));
  const Doubles shift = d[l] - start;
  Doubles g = d[m - 1] - shift;
  g = g == 0.0 ? Doubles{} + epsilon : g;
  Doubles h = g, q = {};
  for (Index i = m - 2; i >= l; --i) {
    const Doubles di = i == l ? start : d[i] - shift, si = s[i];
    const Doubles p = g * h, r = p + si + 1e-290;
    const Doubles inverse = 1.0 / r;
    s[i + 1] = q * r;
    q = si * inverse;
    d[i + 1] = h + q * (h + di);
    const Doubles next = di - si / g;
    g = next == 0.0 ? Doubles{} + epsilon : next;
    h = g * p * inverse;
  }
  s[l] = q * g * h;
  d[l] = h;
  return shift;
}

/// Eigenvalues of the tridiagonal matrix in units of the trace, descending.
inline void tridiagonal_eigenvalues(Index m, const LaneWork& work, Doubles* values) {
  Doubles *d = work.spare[0], *s = work.spare[1];
  for (Index i = 0; i < m; ++i) {
    d[i] = work.diagonal[i];
    s[i] = i + 1 < m ? work.side[i + 1] * work.side[i + 1] : Doubles{};
  }
  Doubles shift = {};
  constexpr int most = 50;
  for (Index l = 0; l < m; ++l) {
    for (int i = 0; l + 1 < m && i < most && !all_at_most(s[l], epsilon * epsilon / 64); ++i) {
      shift += sweep(l, m, d, s);
    }
    Doubles value = larger(d[l] + shift, Doubles{});
    for (Index k = 0; k < l; ++k) {
      const Doubles before = values[k];
      values[k] = larger(before, value);
      value = before < value ? before : value;
    }
    values[l] = value;
  }
}

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
