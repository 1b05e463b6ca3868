// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kernels of tile_kernels.hpp for one instruction set: a file defines PELLUCID_VECTOR_BYTES and
// PELLUCID_REGISTER_ROWS, is compiled for that set, and includes this.

#include "linalg/tile_products.hpp"

namespace pellucid::linalg {
namespace {

/// `rotate` of one sample; `z` is its place in a panel.
template <class Real>
void rotate_one(PackedRows<Real> a, const Real* x, RowLevel<Real> level, Real* z, double& energy,
                double& square) {
  for_products_with_one(
      a, x, [&](Index row, Rows<Real> product) __attribute__((always_inline)) {
        double weighted = 0, plain = 0;
        for (Index r = 0; r < block_rows; ++r) {
          const Real d = product[r] - level.shift[row + r];
          weighted += d * d * level.precision[row + r];
          plain += d * d;
          if (z != nullptr) z[(row + r) * width_of<Real>] = d;
        }
        energy += weighted;
        square += plain;
      });
}

/// `blend` of one sample, likewise.
template <class Real>
void blend_one(PackedRows<Real> b, const Real* z, const Real* mean, Real weight, Real keep,
               bool keeps, Real* out) {
  for_products_with_one(
      b, z, [&](Index row, Rows<Real> product) __attribute__((always_inline)) {
        for (Index r = 0; r < block_rows; ++r) {
          Real& to = out[(row + r) * width_of<Real>];
          const Real value = weight * (product[r] + mean[row + r]);
          to = keeps ? keep * to + value : value;
        }
      });
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
  for (Index j = samples; samples > few_samples && j % lanes != 0; ++j) {
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
  if (samples <= few_samples) {
    double unused = 0;
    for (Index j = 0; j < samples; ++j) {
      rotate_one(a, x + j, level, z == nullptr ? z : z + j, energy[j],
                 square == nullptr ? unused : square[j]);
    }
    return;
  }
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
                 Real* z, double* energy, double* log_det) {
  constexpr Index width = width_of<Real>, lanes = lanes_of<Real>;
  for_tiles<Real>(a.rows, a.cols, samples, [&]<int vectors>(Index first, Index last, Index panel) {
    V<Real> weighted[vectors];
    const Index at = panel * width;
    for (Index row = first; row < last; row += block_rows) {
      for (int v = 0; v < vectors; ++v) weighted[v] = V<Real>{};
      for_products<vectors>(
          a, row, row + block_rows,
          x + at * a.cols, [&](Index i, int v, V<Real> product) __attribute__((always_inline)) {
            const Index lane = at + v * lanes;
            const V<Real> d = product - load(levels.root + lane) * levels.rotated_mean[i];
            const V<Real> s =
                load(levels.alpha_bar + lane) * levels.eigenvalue[i] + load(levels.noise + lane);
            weighted[v] += d * d / s;
            if (z != nullptr) store(z + (panel * a.rows + i) * width + v * lanes, d);
          });
      for (int v = 0; v < vectors; ++v) {
        add_to(energy + at + v * lanes, weighted[v]);
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
  if (samples <= few_samples) {
    for (Index j = 0; j < samples; ++j) {
      blend_one(b, z + j, mean, weight[j], keep == nullptr ? Real(0) : keep[j], keep != nullptr,
                out + j);
    }
    return;
  }
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
void filter(PackedRows<Real> f, const Real* x, Index samples, const Real* shift, const Real* centre,
            Real root, Real* w, double* energy) {
  constexpr Index width = width_of<Real>, lanes = lanes_of<Real>;
  for_tiles<Real>(f.rows, f.cols, samples, [&]<int vectors>(Index first, Index last, Index panel) {
    V<Real> sum[vectors];
    const Real* sample = x + panel * width * f.cols;
    for (Index row = first; row < last; row += block_rows) {
      for (int v = 0; v < vectors; ++v) sum[v] = V<Real>{};
      for_products<vectors>(
          f, row, row + block_rows,
          sample, [&](Index i, int v, V<Real> product) __attribute__((always_inline)) {
            const V<Real> value = product - shift[i];
            store(w + (panel * f.rows + i) * width + v * lanes, value);
            if (i >= f.cols) return;
            const V<Real> d = load(sample + i * width + v * lanes) - centre[i];
            sum[v] += d * (d - root * value);
          });
      for (int v = 0; v < vectors; ++v) add_to(energy + panel * width + v * lanes, sum[v]);
    }
  });
}

template <class Real>
void combine(Index rows, Index samples, const Real* w, const Real* mean, const Real* weight,
             const Real* keep, Real* out) {
  constexpr Index width = width_of<Real>, lanes = lanes_of<Real>;
  for (Index panel = 0; panel * width < samples; ++panel) {
    V<Real> weights[panel_vectors], keeps[panel_vectors];
    for (int v = 0; v < panel_vectors; ++v) {
      weights[v] = load(weight + panel * width + v * lanes);
      keeps[v] = keep == nullptr ? V<Real>{} : load(keep + panel * width + v * lanes);
    }
    for (Index i = 0; i < rows; ++i) {
      const Index at = (panel * rows + i) * width;
      for (int v = 0; v < panel_vectors; ++v) {
        const V<Real> value = load(w + at + v * lanes) + mean[i];
        // What stands in `out` at first may be no number.
        const V<Real> before = keep == nullptr ? V<Real>{} : load(out + at + v * lanes);
        store(out + at + v * lanes, keeps[v] * before + weights[v] * value);
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
    .filter = filter<Real>,
    .combine = combine<Real>,
    .running_softmax = running_softmax<Real>,
    .softmax = softmax,
};

}  // namespace
}  // namespace pellucid::linalg
