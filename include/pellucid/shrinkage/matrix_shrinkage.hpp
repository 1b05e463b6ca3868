// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

#include "pellucid/base/types.hpp"
#include "pellucid/noise/matrix_noise.hpp"
#include "pellucid/spiked/shrinkage.hpp"

namespace pellucid {

/// Which side of a matrix counts samples, repeated looks at the same variables.
enum class SampleSide { columns, rows };

struct MatrixShrinkageOptions {
  ShrinkageRule rule = ShrinkageRule::frobenius;
  /// Standard deviation per (complex) entry, in the data's units; estimated where there is none.
  std::optional<double> noise_std;
  /// Takes every variable's mean over the samples off first and puts it back at the end. The
  /// noise then has one sample less, `gamma = d / (n - 1)`.
  bool centre = false;
  SampleSide samples = SampleSide::columns;
  int threads = 0;  ///< 0: one per core
};

/// A denoised matrix and what was found in it, in the data's units.
template <class T>
struct MatrixEstimate {
  Matrix<T> matrix;
  double noise_std = 0.0;                      ///< given or estimated
  std::optional<MatrixNoise> estimated_noise;  ///< with its interval, where it was not given
  Index rank = 0;                              ///< singular values that are not set to zero
  /// Mean squared magnitude per entry of what was taken away, `|Y - Xhat|^2 / (d n)`: near the
  /// noise's variance where the rank is low.
  double variance_removed = 0.0;
  /// The same as a part of the matrix's mean square (of that about the mean where centred); 0 for a
  /// matrix of zeros.
  double fraction_removed = 0.0;
  /// Of the (centred) matrix, descending, before and after; `min(d, n)`, of which centring takes
  /// one of `n`.
  Eigen::VectorXd singular_values, shrunk;
  /// Squared error per entry that theory predicts for the components that are seen.
  double predicted_error = 0.0;
};

/// Denoises `Y = X + N`, `X` of low rank, by shrinking the singular values
/// (`SingularValueShrinkage` has rules and sources). The decomposition is in double precision for
/// every `T`: of the smaller Gram matrix, or by `gesdd` where the noise lies so far (1e-4) below
/// the largest singular value that squaring would cost its digits. Without noise the matrix is
/// returned as it is. Scaling the matrix (and the noise given) scales the answers. `T` is float,
/// double or their complex types.
///
/// Throws `Error` for a matrix without entries or with entries that are not finite, for one sample
/// where it is to be centred, for a noise level that is negative or not finite, and, where it is
/// to be estimated, for a matrix of one row or column, whose noise cannot be told from its signal.
template <class T>
[[nodiscard]] MatrixEstimate<T> shrink_matrix(ConstBatch<T> noisy,
                                              const MatrixShrinkageOptions& options);

}  // namespace pellucid
