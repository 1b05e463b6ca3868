// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"
#include "pellucid/noise/noise_estimate.hpp"

namespace pellucid {

/// Singular values of an `m x n` matrix `Y = X + N`: `X` of a rank `r` well below both sizes, the
/// noise `N` white, of one variance `s2` per entry (complex: per complex entry).
struct SingularValues {
  Eigen::VectorXd values;  ///< min(m, n), descending, not negative
  Index rows = 0;          ///< m
  Index cols = 0;          ///< n; one less than the columns where their mean was taken off
  bool is_complex = false;
};

/// A noise level, and how many singular values stand out of the noise.
struct MatrixNoise : NoiseEstimate {
  Index rank = 0;
};

/// Marchenko-Pastur median (Gavish and Donoho, *The optimal hard threshold for singular values is
/// 4/sqrt(3)*, IEEE Trans. Inf. Theory 2014, section III-E), without the `r` values above the edge:
/// `s2 = median(values^2) / (q mu)`, `p <= q` the sizes less `r`, `mu` the median of the
/// Marchenko-Pastur law of `p / q`. Robust against many weak components; the interval is that of an
/// eigenvalue inside the bulk, whose rank fluctuates with variance `log p / (beta pi^2)`, beta = 1
/// real and 2 complex (Gustavsson, *Gaussian fluctuations of eigenvalues in the GUE*, 2005).
///
/// All functions here throw `Error` for sizes that do not fit, and for values that are negative,
/// not descending or not finite; data without any noise give 0.
[[nodiscard]] MatrixNoise median_noise(const SingularValues& singular);

/// Marchenko-Pastur edge (in the manner of Veraart et al., *Denoising of diffusion MRI using random
/// matrix theory*, NeuroImage 2016): the smallest `r` whose remaining values lie below the largest
/// that noise of their own average energy would have,
///
///     s2 = sum_{i>r} values_i^2 / ((m - r)(n - r)),  values_{r+1}^2 <= s2 ((u + v)^2 + q (u + v)
///     (1/u + 1/v)^(1/3)),  u^2 = m - r - 1/2, v^2 = n - r - 1/2,
///
/// `q` the 99 % point of the Tracy-Widom law, 2.02 real and 0.48 complex (Johnstone, *On the
/// distribution of the largest eigenvalue in principal components analysis*, 2001; Ma 2012). Weak
/// components leave the remainder less energy than `(m - r)(n - r)` entries: by `m n s2 / l_i`,
/// `l_i` the de-biased squared singular value (from the sample eigenvalue of a spike), which is put
/// right. Uses all values outside the signal: the most accurate where components are few.
[[nodiscard]] MatrixNoise edge_noise(const SingularValues& singular);

/// The edge estimate, with the median's as a check: doubtful where the two differ by more than
/// chance explains or more than half of the values stand out.
[[nodiscard]] MatrixNoise matrix_noise(const SingularValues& singular);
/// By `median`, `edge` or `automatic` (which is the edge), each with the other as its check;
/// `Error` for another.
[[nodiscard]] MatrixNoise matrix_noise(const SingularValues& singular, NoiseEstimator estimator);

/// Singular values of a matrix, by the eigenvalues of its smaller Gram matrix in double precision:
/// those below 1e-8 of the largest are rounding. `T` is any arithmetic. `centred` takes the mean of
/// the columns off first, and counts one column less.
template <class T>
[[nodiscard]] SingularValues singular_values(ConstBatch<T> matrix, bool centred = false);

}  // namespace pellucid
