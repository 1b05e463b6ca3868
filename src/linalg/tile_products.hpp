// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Products of packed rows with panels in registers, for one instruction set: what the kernels of
// tile_kernels_impl.hpp are made of. Everything is in an unnamed namespace.

#include "linalg/tile_kernels.hpp"
#include "linalg/vector_math.hpp"

namespace pellucid::linalg {
namespace {

inline constexpr int panel_vectors = 3;
// Rows in registers at a time: with three vectors of samples each, as many accumulators as leave
// room for the operands.
inline constexpr int register_rows = PELLUCID_REGISTER_ROWS;
// Bytes of packed rows that stay in the nearest cache while panels pass by.
inline constexpr Index resident_bytes = 16384;

template <class Real>
using V = typename VectorOf<Real, PELLUCID_VECTOR_BYTES>::type;
template <class Real>
constexpr int lanes_of = PELLUCID_VECTOR_BYTES / static_cast<int>(sizeof(Real));
template <class Real>
constexpr Index width_of = panel_vectors* lanes_of<Real>;

template <class Real>
[[gnu::always_inline]] inline V<Real> load(const Real* p) {
  return *reinterpret_cast<const V<Real>*>(p);
}
template <class Real>
[[gnu::always_inline]] inline void store(Real* p, V<Real> value) {
  *reinterpret_cast<V<Real>*>(p) = value;
}

/// Adds the lanes of `value` to as many doubles.
[[gnu::always_inline]] inline void add_to(double* sum, V<double> value) {
  store(sum, load(sum) + value);
}
[[gnu::always_inline]] inline void add_to(double* sum, V<float> value) {
  constexpr int half = lanes_of<double>;
  using Half = VectorOf<float, PELLUCID_VECTOR_BYTES / 2>::type;
  const auto* halves = reinterpret_cast<const Half*>(&value);
  store(sum, load(sum) + __builtin_convertvector(halves[0], Doubles));
  store(sum + half, load(sum + half) + __builtin_convertvector(halves[1], Doubles));
}

/// Calls `f` with the number of vectors in use as a constant.
template <class F>
[[gnu::always_inline]] inline void with_vectors(int vectors, F&& f) {
  if (vectors == 1) {
    f.template operator()<1>();
  } else if (vectors == 2) {
    f.template operator()<2>();
  } else {
    f.template operator()<panel_vectors>();
  }
}

/// Calls `f<vectors>(first row, last row, panel)` for all panels, group of rows by group.
template <class Real, class F>
[[gnu::always_inline]] inline void for_tiles(Index rows, Index cols, Index samples, F&& f) {
  constexpr Index width = width_of<Real>, lanes = lanes_of<Real>;
  const Index block = resident_bytes / (block_rows * cols * Index{sizeof(Real)});
  const Index group = block_rows * (block > 1 ? block : 1);
  for (Index first = 0; first < rows; first += group) {
    const Index last = first + group < rows ? first + group : rows;
    for (Index panel = 0; panel * width < samples; ++panel) {
      const Index left = samples - panel * width;
      const int vectors =
          left >= width ? panel_vectors : static_cast<int>((left + lanes - 1) / lanes);
      with_vectors(vectors, [&]<int n>() { f.template operator()<n>(first, last, panel); });
    }
  }
}

template <class Real, int rows, int vectors>
struct Accumulators {
  V<Real> value[rows][vectors] = {};

  /// Products of `rows` packed rows, beginning at `a`, with a panel.
  [[gnu::always_inline]] inline void multiply(const Real* a, const Real* x, Index cols) {
    for (Index c = 0; c < cols; ++c) {
      V<Real> entry[vectors];
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v)
        entry[v] = load(x + c * width_of<Real> + v * lanes_of<Real>);
#pragma GCC unroll 8
      for (int r = 0; r < rows; ++r) {
        const V<Real> factor = a[c * block_rows + r] - V<Real>{};
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) value[r][v] += factor * entry[v];
      }
    }
  }
};

/// Calls `f(row, vector, product)` for the products of rows `first ... last - 1` with one panel.
template <int vectors, class Real, class F>
[[gnu::always_inline]] inline void for_products(PackedRows<Real> a, Index first, Index last,
                                                const Real* x, F&& f) {
  for (Index row = first; row < last; row += register_rows) {
    Accumulators<Real, register_rows, vectors> sum;
    sum.multiply(a.entries + row / block_rows * block_rows * a.cols + row % block_rows, x, a.cols);
#pragma GCC unroll 8
    for (int r = 0; r < register_rows; ++r) {
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v) f(row + r, v, sum.value[r][v]);
    }
  }
}

/// A block of packed rows as one vector: for one or two samples, where vectors over samples would
/// be nearly empty.
template <class Real>
using Rows = typename VectorOf<Real, static_cast<int>(block_rows * sizeof(Real))>::type;
inline constexpr Index few_samples = 2;

/// Calls `f(first row, products)` for blocks of rows times one sample of a panel, `x` its first
/// entry. Four blocks at a time: as many independent sums hide the latency of one.
template <class Real, class F>
[[gnu::always_inline]] inline void for_products_with_one(PackedRows<Real> a, const Real* x, F&& f) {
  constexpr Index together = 4;
  const auto block = [&](Index row) { return a.entries + row * a.cols; };
  Index row = 0;
  for (; row + together * block_rows <= a.rows; row += together * block_rows) {
    Rows<Real> sum[together] = {};
    for (Index c = 0; c < a.cols; ++c) {
      const Real entry = x[c * width_of<Real>];
#pragma GCC unroll 4
      for (Index b = 0; b < together; ++b) {
        sum[b] +=
            *reinterpret_cast<const Rows<Real>*>(block(row + b * block_rows) + c * block_rows) *
            entry;
      }
    }
    for (Index b = 0; b < together; ++b) f(row + b * block_rows, sum[b]);
  }
  for (; row < a.rows; row += block_rows) {
    Rows<Real> sum = {};
    for (Index c = 0; c < a.cols; ++c) {
      sum +=
          *reinterpret_cast<const Rows<Real>*>(block(row) + c * block_rows) * x[c * width_of<Real>];
    }
    f(row, sum);
  }
}

}  // namespace
}  // namespace pellucid::linalg
