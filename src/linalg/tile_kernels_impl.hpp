// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kernels of tile_kernels.hpp for one instruction set: a file defines PELLUCID_VECTOR_BYTES and
// PELLUCID_REGISTER_ROWS, is compiled for that set, and includes this.

#include "linalg/tile_kernels.hpp"
#include "linalg/vector_math.hpp"

namespace pellucid::linalg {
namespace {

constexpr int panel_vectors = 3;
// Rows in registers at a time: with three vectors of samples each, as many accumulators as leave
// room for the operands.
constexpr int register_rows = PELLUCID_REGISTER_ROWS;
// Bytes of packed rows that stay in the nearest cache while panels pass by.
constexpr Index resident_bytes = 16384;

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

template <class Real>
void pack(const Real* x, Index stride, const Index* columns, Index samples, Index rows,
          Real* panels) {
  constexpr Index width = width_of<Real>, lanes = lanes_of<Real>;
  for (Index j = 0; j < samples; ++j) {
    const Real* from = x + stride * (columns == nullptr ? j : columns[j]);
    Real* to = panels + j / width * width * rows + j % width;
    for (Index i = 0; i < rows; ++i) to[i * width] = from[i];
  }
  for (Index j = samples; j % lanes != 0; ++j) {
    Real* to = panels + j / width * width * rows + j % width;
    for (Index i = 0; i < rows; ++i) to[i * width] = 0;
  }
}

template <class Real>
void unpack(const Real* panels, Index panel_rows, const Index* columns, Index samples, Index rows,
            bool add, Real* x, Index stride) {
  constexpr Index width = width_of<Real>;
  for (Index j = 0; j < samples; ++j) {
    Real* to = x + stride * (columns == nullptr ? j : columns[j]);
    const Real* from = panels + j / width * width * panel_rows + j % width;
    if (add) {
      for (Index i = 0; i < rows; ++i) to[i] += from[i * width];
    } else {
      for (Index i = 0; i < rows; ++i) to[i] = from[i * width];
    }
  }
}

template <class Real>
void rotate(PackedRows<Real> a, const Real* x, Index samples, RowLevel<Real> level, Real* z,
            double* energy, double* square) {
  constexpr Index width = width_of<Real>, lanes = lanes_of<Real>;
  for_tiles<Real>(a.rows, a.cols, samples, [&]<int vectors>(Index first, Index last, Index panel) {
    V<Real> weighted[vectors], plain[vectors];
    for (Index row = first; row < last; row += block_rows) {
      for (int v = 0; v < vectors; ++v) weighted[v] = plain[v] = V<Real>{};
      for_products<vectors>(
          a, row, row + block_rows, x + panel * width * a.cols,
          [&](Index i, int v, V<Real> product) __attribute__((always_inline)) {
            const V<Real> d = product - level.shift[i], dd = d * d;
            weighted[v] += dd * level.precision[i];
            plain[v] += dd;
            if (z != nullptr) store(z + (panel * a.rows + i) * width + v * lanes, d);
          });
      // Eight terms at a time in the samples' arithmetic, the sum in double precision.
      for (int v = 0; v < vectors; ++v) {
        add_to(energy + panel * width + v * lanes, weighted[v]);
        if (square != nullptr) add_to(square + panel * width + v * lanes, plain[v]);
      }
    }
  });
}

template <class Real>
void rotate_each(PackedRows<Real> a, const Real* x, Index samples, SampleLevels<Real> levels,
                 Real* z, double* energy, double* square, double* log_det) {
  constexpr Index width = width_of<Real>, lanes = lanes_of<Real>;
  for_tiles<Real>(a.rows, a.cols, samples, [&]<int vectors>(Index first, Index last, Index panel) {
    V<Real> weighted[vectors], plain[vectors];
    const Index at = panel * width;
    for (Index row = first; row < last; row += block_rows) {
      for (int v = 0; v < vectors; ++v) weighted[v] = plain[v] = V<Real>{};
      for_products<vectors>(
          a, row, row + block_rows,
          x + at * a.cols, [&](Index i, int v, V<Real> product) __attribute__((always_inline)) {
            const Index lane = at + v * lanes;
            const V<Real> d = product - load(levels.root + lane) * levels.rotated_mean[i];
            const V<Real> s =
                load(levels.alpha_bar + lane) * levels.eigenvalue[i] + load(levels.noise + lane);
            weighted[v] += d * d / s;
            plain[v] += d * d;
            if (z != nullptr) store(z + (panel * a.rows + i) * width + v * lanes, d);
          });
      for (int v = 0; v < vectors; ++v) {
        add_to(energy + at + v * lanes, weighted[v]);
        if (square != nullptr) add_to(square + at + v * lanes, plain[v]);
      }
    }
  });
  if (log_det == nullptr) return;
  constexpr Index step = lanes_of<double>;
  for (Index j = 0; j < samples; j += step) {
    Doubles alpha_bar, noise, sum = {};
    for (Index lane = 0; lane < step; ++lane) {
      alpha_bar[lane] = static_cast<double>(levels.alpha_bar[j + lane]);
      noise[lane] = static_cast<double>(levels.noise[j + lane]);
    }
    // One logarithm for four factors, whose product stays within the range.
    for (Index i = 0; i < a.rows; i += 4) {
      Doubles product = {};
      product += 1.0;
      for (Index r = i; r < i + 4; ++r) {
        product *= alpha_bar * static_cast<double>(levels.eigenvalue[r]) + noise;
      }
      sum += log_of(product);
    }
    store(log_det + j, load(log_det + j) + sum);
  }
}

template <class Real>
void scale(Index rows, Index samples, const Real* gain, Real* z) {
  constexpr Index width = width_of<Real>, lanes = lanes_of<Real>;
  for (Index panel = 0; panel * width < samples; ++panel) {
    for (Index i = 0; i < rows; ++i) {
      Real* at = z + (panel * rows + i) * width;
      for (Index v = 0; v < width; v += lanes) store(at + v, load(at + v) * gain[i]);
    }
  }
}

template <class Real>
void scale_each(Index rows, Index samples, SampleLevels<Real> levels, Real* z) {
  constexpr Index width = width_of<Real>, lanes = lanes_of<Real>;
  for (Index panel = 0; panel * width < samples; ++panel) {
    for (Index i = 0; i < rows; ++i) {
      Real* at = z + (panel * rows + i) * width;
      for (Index v = 0; v < width; v += lanes) {
        const Index lane = panel * width + v;
        const V<Real> s =
            load(levels.alpha_bar + lane) * levels.eigenvalue[i] + load(levels.noise + lane);
        store(at + v, load(at + v) * (load(levels.root + lane) * levels.eigenvalue[i] / s));
      }
    }
  }
}

template <class Real>
void blend(PackedRows<Real> b, const Real* z, Index samples, const Real* mean, const Real* weight,
           const Real* keep, Real* out) {
  constexpr Index width = width_of<Real>, lanes = lanes_of<Real>;
  for_tiles<Real>(b.rows, b.cols, samples, [&]<int vectors>(Index first, Index last, Index panel) {
    const Index at = panel * width;
    for_products<vectors>(
        b, first, last,
        z + at * b.cols, [&](Index i, int v, V<Real> product) __attribute__((always_inline)) {
          const Index lane = at + v * lanes;
          Real* to = out + (panel * b.rows + i) * width + v * lanes;
          const V<Real> value = load(weight + lane) * (product + mean[i]);
          store(to, keep == nullptr ? value : load(keep + lane) * load(to) + value);
        });
  });
}

template <class Real>
void quadratic(PackedRows<Real> p, const Real* x, Index entries, Index samples, const Real* shift,
               const Real* centre, Real* w, double* energy) {
  constexpr Index width = width_of<Real>, lanes = lanes_of<Real>;
  for_tiles<Real>(p.rows, p.cols, samples, [&]<int vectors>(Index first, Index last, Index panel) {
    V<Real> sum[vectors];
    const Real* sample = x + panel * width * p.cols;
    for (Index row = first; row < last; row += block_rows) {
      for (int v = 0; v < vectors; ++v) sum[v] = V<Real>{};
      for_products<vectors>(
          p, row, row + block_rows,
          sample, [&](Index i, int v, V<Real> product) __attribute__((always_inline)) {
            const V<Real> value = product - shift[i];
            store(w + (panel * p.rows + i) * width + v * lanes, value);
            if (i < entries) {
              sum[v] += (load(sample + i * width + v * lanes) - centre[i]) * value;
            }
          });
      for (int v = 0; v < vectors; ++v) add_to(energy + panel * width + v * lanes, sum[v]);
    }
  });
}

template <class Real>
void combine(Index rows, Index samples, const Real* w, const Real* weight, const Real* keep,
             Real* out) {
  constexpr Index width = width_of<Real>, lanes = lanes_of<Real>;
  for (Index panel = 0; panel * width < samples; ++panel) {
    V<Real> weights[panel_vectors], keeps[panel_vectors];
    for (int v = 0; v < panel_vectors; ++v) {
      weights[v] = load(weight + panel * width + v * lanes);
      keeps[v] = load(keep + panel * width + v * lanes);
    }
    for (Index i = 0; i < rows; ++i) {
      const Index at = (panel * rows + i) * width;
      for (int v = 0; v < panel_vectors; ++v) {
        store(out + at + v * lanes,
              keeps[v] * load(out + at + v * lanes) + weights[v] * load(w + at + v * lanes));
      }
    }
  }
}

template <class Real>
void running_softmax(const double* log_weight, Index samples, double* largest, double* sum,
                     Real* weight, Real* keep) {
  constexpr Index step = lanes_of<double>;
  for (Index j = 0; j < samples; j += step) {
    const Doubles value = load(log_weight + j), before = load(largest + j);
    const Doubles now = value > before ? value : before;
    const Doubles w = exp_of(value - now), k = exp_of(before - now);
    store(largest + j, now);
    store(sum + j, load(sum + j) * k + w);
    for (Index lane = 0; lane < step; ++lane) {
      // Numbers below the normal range would slow every product that they take part in.
      weight[j + lane] = w[lane] < 1e-30 ? Real(0) : static_cast<Real>(w[lane]);
      keep[j + lane] = k[lane] < 1e-30 ? Real(0) : static_cast<Real>(k[lane]);
    }
  }
}

inline void softmax(double* log_weights, Index count, Index stride, Index samples, double cutoff) {
  constexpr Index step = lanes_of<double>;
  for (Index j = 0; j < samples; j += step) {
    Doubles largest = load(log_weights + j), sum = {};
    for (Index k = 1; k < count; ++k) {
      const Doubles value = load(log_weights + k * stride + j);
      largest = value > largest ? value : largest;
    }
    for (Index k = 0; k < count; ++k) {
      double* at = log_weights + k * stride + j;
      const Doubles w = exp_of(load(at) - largest);
      store(at, w);
      sum += w;
    }
    for (Index k = 0; k < count; ++k) {
      double* at = log_weights + k * stride + j;
      const Doubles w = load(at) / sum;
      store(at, w < cutoff ? Doubles{} : w);
    }
  }
}

template <class Real>
constexpr TileKernels<Real> kernels = {
    .lanes = lanes_of<Real>,
    .width = width_of<Real>,
    .pack = pack<Real>,
    .unpack = unpack<Real>,
    .rotate = rotate<Real>,
    .rotate_each = rotate_each<Real>,
    .scale = scale<Real>,
    .scale_each = scale_each<Real>,
    .blend = blend<Real>,
    .quadratic = quadratic<Real>,
    .combine = combine<Real>,
    .running_softmax = running_softmax<Real>,
    .softmax = softmax,
};

}  // namespace
}  // namespace pellucid::linalg
