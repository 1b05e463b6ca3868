// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/prior/low_rank.hpp"

namespace pellucid {

/// Whether principal components cost less without any covariance or Gram matrix. A model of the
/// floating-point operations, with `s = min(N, n)`, `l = max(N, n)`, `b` vectors in a block:
/// `s^2 l + 6 s^3` for the matrix and its tridiagonalisation, which runs at the memory's speed,
/// against 20 passes of `4 s l b`. Below `s = 2000` the matrix is always formed: it is exact.
[[nodiscard]] bool prefers_matrix_free(Index dim, Index count, Index rank);

/// The leading principal components from products of the samples with blocks of vectors, in one
/// pass for the mean and one for each block; samples are read in blocks of fixed size and never
/// held. Residuals `|C u - lambda u| <= 1e-8 lambda_1`. Phases are as they come. `power` as
/// `fit_low_rank`.
template <class T>
[[nodiscard]] LowRank<T> fit_matrix_free(const SampleSource<T>& clean, Index rank, int threads,
                                         Monitor* monitor, double* power);

}  // namespace pellucid
