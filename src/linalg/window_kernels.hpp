// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Spectral functions of many small symmetric matrices at once, one matrix a lane of a vector
// register, and what windows that slide over an array need around them: their Gram matrices and the
// products of their voxels with the results. All arithmetic is in double precision, whatever `Real`
// the array is stored in.

// No other header of ours or of Eigen here: files compiled for a newer processor include this one,
// and none of their code may be linked into what an older one runs.

#include <cstddef>

namespace pellucid {
using Index = std::ptrdiff_t;  // as Eigen's
enum class Isa;
}  // namespace pellucid

namespace pellucid::linalg {

/// Entries of a symmetric matrix of order `m`: (i, j), j <= i, is at i (i + 1) / 2 + j.
inline constexpr Index packed_entries(Index m) { return m * (m + 1) / 2; }

/// The voxel lines that a window covers and their looks: entry `x` of look `j` of line `l` is at
/// `in[l][j * pitch + x]`, and of the accumulated result at `out[l][j * pitch + x]`. A window's
/// first voxel along the lines is its number; it covers `width` of them.
template <class Real>
struct WindowLines {
  const Real* const* in;
  Real* const* out;
  Index lines, looks, pitch, width;
};

/// Kernels of one instruction set. A group is `lanes` matrices: number `lane` has its entry `k` at
/// `[k * lanes + lane]`. Work space and groups are aligned to 64 bytes. Windows are handled in
/// whole groups: lines are readable and writable, and zero, as far as the last group's windows
/// reach, rounded up to a whole number of groups.
template <class Real>
struct WindowKernels {
  Index lanes;

  /// Eigenvalues of a group of positive semidefinite matrices of order `m`, descending, `m x
  /// lanes`. Absolute error of some units in the last place of the largest. `matrices` is left as
  /// the reflectors that `spectral` reads, `work` likewise: `work_size(m)` doubles.
  void (*eigenvalues)(Index m, double* matrices, double* values, double* work);

  /// `base I + sum_k (weight_k - base) u_k u_k^T` over the `count` leading eigenvectors of the
  /// group that `eigenvalues` saw last, packed, entry `k` of lane at `[k * stride + lane]`.
  /// `weights` are `count x lanes`; `base` is a number a lane.
  void (*spectral)(Index m, const double* matrices, const double* values, Index count,
                   const double* weights, const double* base, double* work, double* result,
                   Index stride);

  /// Gram matrices of looks, `sum over the voxels of a window of x_i x_j`, of the windows `first
  /// ... first + count - 1` as groups; `count` is a multiple of `lanes`. `sums` holds 16 (count +
  /// width + lanes) doubles.
  void (*gram_of_looks)(const WindowLines<Real>& lines, Index first, Index count, double* sums,
                        double* grams);
  /// `result_k = sum over dx < width of from[k * stride - dx]`, groups of `entries` numbers: the
  /// matrices of all windows that cover a voxel, from those of single windows.
  void (*sum_over_windows)(Index entries, const double* from, Index stride, Index width,
                           double* result);
  /// Adds `Q(x) x_v` to the voxels at `x ... x + lanes - 1` of all lines for one packed group of
  /// matrices between looks, a matrix an `x`.
  void (*apply_to_looks)(const WindowLines<Real>& lines, Index x, const double* matrices);

  /// The same for Gram matrices of voxels, `sum over looks of x_v x_u`, of one group of windows;
  /// voxel `l width + dx` of a window is the one at `dx` on line `l`.
  void (*gram_of_voxels)(const WindowLines<Real>& lines, Index first, double* grams);
  /// Adds `P X` for every window of a group with the window's voxels `X`.
  void (*apply_to_voxels)(const WindowLines<Real>& lines, Index first, const double* matrices);
};

/// Doubles of `work` for matrices of order `m`.
inline constexpr Index window_work_size(Index m, Index lanes) { return (m + 16) * m * lanes; }

/// The kernels of the active instruction set, or of a given one that this machine runs.
template <class Real>
[[nodiscard]] const WindowKernels<Real>& window_kernels();
template <class Real>
[[nodiscard]] const WindowKernels<Real>& window_kernels(Isa isa);

}  // namespace pellucid::linalg
