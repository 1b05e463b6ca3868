// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kernels of window_kernels.hpp for one instruction set: a file defines PELLUCID_VECTOR_BYTES
// and PELLUCID_EIGEN_ROWS, is compiled for that set, and includes this.

#include "linalg/lane_eigen.hpp"

namespace pellucid::linalg {
namespace {

template <class Real>
struct Stored {
  using type [[gnu::vector_size(PELLUCID_VECTOR_BYTES / sizeof(double) * sizeof(Real)),
               gnu::aligned(sizeof(Real)), gnu::may_alias]] = Real;
};

template <class Real>
[[gnu::always_inline]] inline Doubles read(const Real* p) {
  using From = typename Stored<Real>::type;
  return __builtin_convertvector(*reinterpret_cast<const From*>(p), Doubles);
}
template <class Real>
[[gnu::always_inline]] inline void add(Real* p, Doubles value) {
  using To = typename Stored<Real>::type;
  auto& to = *reinterpret_cast<To*>(p);
  to = __builtin_convertvector(__builtin_convertvector(to, Doubles) + value, To);
}

inline constexpr int side = 4;  // of blocks of entries in registers

// Entry of a symmetric matrix of which the lower triangle is stored.
[[gnu::always_inline]] inline Index symmetric_at(Index i, Index j) {
  return i >= j ? packed_entries(i) + j : packed_entries(j) + i;
}

/// Places of `side` numbers from `first` on; those beyond the last one are the last.
struct Block {
  Block(Index first, Index count) {
    for (int r = 0; r < side; ++r) at[r] = first + r < count ? first + r : count - 1;
  }
  Index operator[](int r) const { return at[r]; }
  Index at[side];
};

template <class Real>
void gram_of_looks(const WindowLines<Real>& w, Index first, Index count, double* sums,
                   double* grams) {
  const Index reach = (count + w.width - 1 + lanes - 1) / lanes * lanes;
  for (Index i0 = 0; i0 < w.looks; i0 += side) {
    for (Index j0 = 0; j0 <= i0; j0 += side) {
      const Block i(i0, w.looks), j(j0, w.looks);
      // Sums over the lines at every x, then over the window's x.
      for (Index x = 0; x < reach; x += lanes) {
        Doubles sum[side][side] = {};
        for (Index l = 0; l < w.lines; ++l) {
          const Real* from = w.in[l] + first + x;
          Doubles right[side];
          for (int c = 0; c < side; ++c) right[c] = read(from + j[c] * w.pitch);
          for (int r = 0; r < side; ++r) {
            const Doubles left = read(from + i[r] * w.pitch);
            for (int c = 0; c < side; ++c) sum[r][c] += left * right[c];
          }
        }
        for (int r = 0; r < side; ++r) {
          for (int c = 0; c < side; ++c) {
            *reinterpret_cast<Doubles*>(sums + (r * side + c) * reach + x) = sum[r][c];
          }
        }
      }
      for (int r = 0; r < side && i0 + r < w.looks; ++r) {
        for (int c = 0; c < side && j0 + c <= i0 + r; ++c) {
          const double* from = sums + (r * side + c) * reach;
          double* to = grams + (packed_entries(i0 + r) + j0 + c) * lanes;
          for (Index x = 0; x < count; x += lanes) {
            Doubles sum = read(from + x);
            for (Index dx = 1; dx < w.width; ++dx) sum += read(from + x + dx);
            *reinterpret_cast<Doubles*>(to + x * packed_entries(w.looks)) = sum;
          }
        }
      }
    }
  }
}

inline void sum_over_windows(Index entries, const double* from, Index stride, Index width,
                             double* result) {
  for (Index k = 0; k < entries; ++k) {
    Doubles sum = read(from + k * stride);
    for (Index dx = 1; dx < width; ++dx) sum += read(from + k * stride - dx);
    *reinterpret_cast<Doubles*>(result + k * lanes) = sum;
  }
}

template <class Real, int lines>
[[gnu::always_inline]] inline void apply_to_lines(const WindowLines<Real>& w, Index l0, Index i0,
                                                  Index x, const Doubles* q) {
  const Block i(i0, w.looks);
  Doubles sum[side][lines] = {};
  for (Index j = 0; j < w.looks; ++j) {
    Doubles from[lines];
    for (int l = 0; l < lines; ++l) from[l] = read(w.in[l0 + l] + j * w.pitch + x);
    for (int r = 0; r < side; ++r) {
      const Doubles entry = q[symmetric_at(i[r], j)];
      for (int l = 0; l < lines; ++l) sum[r][l] += entry * from[l];
    }
  }
  for (int r = 0; r < side && i0 + r < w.looks; ++r) {
    for (int l = 0; l < lines; ++l) add(w.out[l0 + l] + (i0 + r) * w.pitch + x, sum[r][l]);
  }
}

template <class Real>
void apply_to_looks(const WindowLines<Real>& w, Index x, const double* matrices) {
  const auto* q = reinterpret_cast<const Doubles*>(matrices);
  constexpr int together = PELLUCID_EIGEN_ROWS == 4 ? 5 : 2;
  for (Index i = 0; i < w.looks; i += side) {
    Index l = 0;
    for (; l + together <= w.lines; l += together) apply_to_lines<Real, together>(w, l, i, x, q);
    for (; l < w.lines; ++l) apply_to_lines<Real, 1>(w, l, i, x, q);
  }
}

/// The voxels of a block: where each begins.
template <class Pointer>
struct Voxels {
  template <class Lines>
  Voxels(Index first, Index x, const Lines& lines, Index width, Index count) {
    const Block block(first, count);
    for (int r = 0; r < side; ++r) at[r] = lines[block[r] / width] + x + block[r] % width;
  }
  Pointer at[side];
};

template <class Real>
void gram_of_voxels(const WindowLines<Real>& w, Index first, double* grams) {
  const Index voxels = w.lines * w.width;
  for (Index i0 = 0; i0 < voxels; i0 += side) {
    const Voxels<const Real*> left(i0, first, w.in, w.width, voxels);
    for (Index j0 = 0; j0 <= i0; j0 += side) {
      const Voxels<const Real*> right(j0, first, w.in, w.width, voxels);
      Doubles sum[side][side] = {};
      for (Index look = 0; look < w.looks * w.pitch; look += w.pitch) {
        Doubles b[side];
        for (int c = 0; c < side; ++c) b[c] = read(right.at[c] + look);
        for (int r = 0; r < side; ++r) {
          const Doubles a = read(left.at[r] + look);
          for (int c = 0; c < side; ++c) sum[r][c] += a * b[c];
        }
      }
      for (int r = 0; r < side && i0 + r < voxels; ++r) {
        for (int c = 0; c < side && j0 + c <= i0 + r; ++c) {
          double* to = grams + (packed_entries(i0 + r) + j0 + c) * lanes;
          *reinterpret_cast<Doubles*>(to) = sum[r][c];
        }
      }
    }
  }
}

template <class Real>
void apply_to_voxels(const WindowLines<Real>& w, Index first, const double* matrices) {
  const auto* p = reinterpret_cast<const Doubles*>(matrices);
  const Index voxels = w.lines * w.width;
  constexpr int together = 2;  // looks
  for (Index i0 = 0; i0 < voxels; i0 += side) {
    const Block block(i0, voxels);
    const Voxels<Real*> to(i0, first, w.out, w.width, voxels);
    for (Index look = 0; look < w.looks; look += together) {
      const Index next = look + 1 < w.looks ? w.pitch : 0;
      Doubles sum[side][together] = {};
      Index v = 0;
      for (Index l = 0; l < w.lines; ++l) {
        const Real* from = w.in[l] + look * w.pitch + first;
        for (Index dx = 0; dx < w.width; ++dx, ++v) {
          const Doubles one = read(from + dx), two = read(from + dx + next);
          for (int r = 0; r < side; ++r) {
            const Doubles entry = p[symmetric_at(block[r], v)];
            sum[r][0] += entry * one;
            sum[r][1] += entry * two;
          }
        }
      }
      for (int r = 0; r < side && i0 + r < voxels; ++r) {
        add(to.at[r] + look * w.pitch, sum[r][0]);
        if (next != 0) add(to.at[r] + (look + 1) * w.pitch, sum[r][1]);
      }
    }
  }
}

template <class Real>
constexpr WindowKernels<Real> kernels = {
    .lanes = lanes,
    .eigenvalues = eigenvalues,
    .spectral = spectral,
    .gram_of_looks = gram_of_looks<Real>,
    .sum_over_windows = sum_over_windows,
    .apply_to_looks = apply_to_looks<Real>,
    .gram_of_voxels = gram_of_voxels<Real>,
    .apply_to_voxels = apply_to_voxels<Real>,
};

}  // namespace
}  // namespace pellucid::linalg
