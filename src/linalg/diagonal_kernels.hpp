// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What diagonal covariances need: passes over the numbers of a sample, a mean and a row of factors.
// Real numbers only: a complex sample is a real one of twice the length.

// No other header of ours or of Eigen here: files compiled for a newer processor include this one,
// and none of their code may be linked into what an older one runs.

#include <cstddef>

namespace pellucid {
using Index = std::ptrdiff_t;  // as Eigen's
enum class Isa;
}  // namespace pellucid

namespace pellucid::linalg {

/// Kernels of one instruction set, over `n` numbers. The order of each sum is fixed.
template <class Real>
struct DiagonalKernels {
  /// `sum_i (z_i - g m_i)^2 q_i`: the difference in the type of `z`, the rest in double precision.
  double (*weigh_difference)(const Real* z, const Real* m, Real g, const double* q, Index n);
  /// The same of `z - m`, which replaces `z`.
  double (*centre_and_weigh)(Real* z, const Real* m, const double* q, Index n);
  /// `out_i = m_i + f_i (z_i - g m_i)`.
  void (*filter_difference)(const Real* z, const Real* m, Real g, const Real* f, Real* out,
                            Index n);
  /// `out_i += p (m_i + f_i (z_i - g m_i))`.
  void (*add_filtered)(Real p, const Real* z, const Real* m, Real g, const Real* f, Real* out,
                       Index n);
  /// `z_i = x_i - m_i` and its square.
  void (*centre_and_square)(const Real* x, const Real* m, Real* z, Real* square, Index n);
  /// The same of `n` complex numbers, pairs of `x`, `m` and `z`, with one square each.
  void (*centre_and_square_pairs)(const Real* x, const Real* m, Real* z, Real* square, Index n);
};

/// The kernels of the active instruction set, or of a given one that this machine runs.
template <class Real>
[[nodiscard]] const DiagonalKernels<Real>& diagonal_kernels();
template <class Real>
[[nodiscard]] const DiagonalKernels<Real>& diagonal_kernels(Isa isa);

}  // namespace pellucid::linalg
