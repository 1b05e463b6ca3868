// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Symmetric matrices, one a lane, to tridiagonal form by Householder reflectors, and the
// eigenvalues of that by root-free QL, for one instruction set. Everything is in an unnamed
// namespace. Matrices are packed row by row, lower triangle.

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

}  // namespace
}  // namespace pellucid::linalg
