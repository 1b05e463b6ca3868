// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Products of small matrices with panels of samples, and what belongs to them in the same pass over
// registers: the hot loops of the exact denoisers. Real numbers only: a complex sample is a real
// one of twice the length. A panel holds `width` samples side by side, entry after entry, so that a
// vector register holds one entry of several samples and nothing is reduced across registers.

// No other header of ours or of Eigen here: files compiled for a newer processor include this one,
// and none of their code may be linked into what an older one runs.

#include <cstddef>

namespace pellucid {
using Index = std::ptrdiff_t;  // as Eigen's
enum class Isa;
}  // namespace pellucid

namespace pellucid::linalg {

/// Rows of a packed block; matrices are packed in blocks of so many rows.
inline constexpr Index block_rows = 8;

inline constexpr Index padded(Index count, Index unit) { return (count + unit - 1) / unit * unit; }

/// Where entry (row, col) of a packed matrix with `cols` columns is.
inline constexpr Index packed_at(Index row, Index col, Index cols) {
  return (row / block_rows * cols + col) * block_rows + row % block_rows;
}

/// A matrix in blocks of `block_rows` rows, a block column by column: entry (8 b + r, c) is at
/// (b cols + c) 8 + r. `rows` is a multiple of 8; those beyond the matrix are zero.
template <class Real>
struct PackedRows {
  const Real* entries;
  Index rows, cols;

  [[nodiscard]] Real operator()(Index row, Index col) const {
    return entries[packed_at(row, col, cols)];
  }
  /// Rows `first ... last - 1`, both multiples of 8.
  [[nodiscard]] PackedRows slice(Index first, Index last) const {
    return {entries + first * cols, last - first, cols};
  }
};

/// What a component's rotated samples need at one noise level, a number a row.
template <class Real>
struct RowLevel {
  const Real* shift;      ///< g U^H m
  const Real* precision;  ///< 1 / s; anything finite in rows beyond the matrix, whose z is 0
};

/// The same where every sample has its own level: eigenvalues and means a row, levels a sample.
template <class Real>
struct SampleLevels {
  const Real* rotated_mean;              ///< U^H m
  const Real* eigenvalue;                ///< l; 0 in rows beyond the matrix
  const Real *root, *alpha_bar, *noise;  ///< g, abar, 1 - abar
};

/// Kernels of one instruction set. Arrays of numbers per sample are padded to whole panels; panels
/// of `rows` entries lie at distance `rows * width`. All arrays are aligned to 64 bytes.
template <class Real>
struct TileKernels {
  Index lanes;  ///< samples of a vector register
  Index width;  ///< samples of a panel

  /// `panels` from the columns of `x` (`rows` entries, at distance `stride`): those numbered in
  /// `columns`, or the first `samples` where it is null. The rest of the last vector is zero,
  /// unless samples are so few that no kernel looks at it.
  void (*pack)(const Real* x, Index stride, const Index* columns, Index samples, Index rows,
               Real* panels);

  /// The first `rows` entries of panels of `panel_rows` added to columns of `x`, or stored there.
  void (*unpack)(const Real* panels, Index panel_rows, const Index* columns, Index samples,
                 Index rows, bool add, Real* x, Index stride);

  /// `z = A x - shift`; adds `sum_i z_i^2 precision_i` to `energy` and, where not null, `sum z_i^2`
  /// to `square`; stores z where `z` is not null.
  void (*rotate)(PackedRows<Real> a, const Real* x, Index samples, RowLevel<Real> level, Real* z,
                 double* energy, double* square);

  /// The same with a level for each sample: `z = A x - g U^H m`, `s = abar l + 1 - abar`, and adds
  /// `sum_i log s_i`, rows beyond the matrix included, to `log_det` where that is not null.
  void (*rotate_each)(PackedRows<Real> a, const Real* x, Index samples, SampleLevels<Real> levels,
                      Real* z, double* energy, double* log_det);

  /// `z_i <- gain_i z_i`.
  void (*scale)(Index rows, Index samples, const Real* gain, Real* z);
  /// `z_i <- g l_i / (abar l_i + 1 - abar) z_i`, a level a sample.
  void (*scale_each)(Index rows, Index samples, SampleLevels<Real> levels, Real* z);

  /// `out <- keep out + weight (mean + B z)`; `keep` null is 0.
  void (*blend)(PackedRows<Real> b, const Real* z, Index samples, const Real* mean,
                const Real* weight, const Real* keep, Real* out);

  /// `w = F x - shift` with as many rows as entries (padded), stored; adds
  /// `sum_i d_i (d_i - root w_i)`, `d = x - centre`, to `energy`.
  void (*filter)(PackedRows<Real> f, const Real* x, Index samples, const Real* shift,
                 const Real* centre, Real root, Real* w, double* energy);

  /// `out <- keep out + weight (mean + w)`; `keep` null is 0.
  void (*combine)(Index rows, Index samples, const Real* w, const Real* mean, const Real* weight,
                  const Real* keep, Real* out);

  /// One more summand `exp(log_weight)` of a running softmax: `weight = exp(log_weight - m)` with
  /// the new greatest `m`, `keep = exp(old m - m)`, `sum <- keep sum + weight`.
  void (*running_softmax)(const double* log_weight, Index samples, double* largest, double* sum,
                          Real* weight, Real* keep);

  /// Log weights to weights in place, `count` rows at distance `stride`; those below `cutoff`
  /// become zero. Minus infinity is nothing.
  void (*softmax)(double* log_weights, Index count, Index stride, Index samples, double cutoff);
};

/// The kernels of the active instruction set, or of a given one that this machine runs.
template <class Real>
[[nodiscard]] const TileKernels<Real>& tile_kernels();
template <class Real>
[[nodiscard]] const TileKernels<Real>& tile_kernels(Isa isa);

}  // namespace pellucid::linalg
