// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// The leading eigenpairs of the sample covariance of n vectors.
template <class T>
struct SampleSpectrum {
  Vector<T> mean;               ///< that was taken off, d; zero where none was
  Matrix<T> eigenvectors;       ///< d x k, orthonormal columns, free up to a phase
  Eigen::VectorXd eigenvalues;  ///< k, descending, positive
  Index freedom = 0;            ///< the divisor: n, or n - 1 about the mean

  [[nodiscard]] Index dim() const { return eigenvectors.rows(); }
  [[nodiscard]] Index rank() const { return eigenvalues.size(); }
  [[nodiscard]] double gamma() const {
    return static_cast<double>(dim()) / static_cast<double>(freedom);
  }
};

/// The `rank` leading eigenpairs for the columns of `vectors` (d x n), through the d x d covariance
/// or the n x n Gram matrix, whichever is smaller. Directions that carry no variance are left out,
/// so fewer may come back; none for rank 0. `centre` takes off the mean and divides by n - 1. `T`
/// is double or std::complex<double>. Throws `Error` for a rank outside 0 ... d, too few vectors,
/// or entries that are not finite.
template <class T>
[[nodiscard]] SampleSpectrum<T> sample_spectrum(ConstBatch<T> vectors, Index rank,
                                                bool centre = false);

/// How much of a component's coefficient a linear denoiser keeps, given the sample eigenvalue
/// `lambda` of the noisy training vectors and the noise variance s2.
enum class LinearWeights {
  projection,  ///< 1: the best among rank-k projections only
  plug_in,     ///< the Wiener weight with sample eigenvalues, `(lambda - s2) / lambda`
  optimal,     ///< the best for new data, `l c^2 / (l c^2 + s2)`: l the de-biased spike
               ///< (`spike_of_eigenvalue`), c^2 its squared cosine (`squared_cosine`)
};

[[nodiscard]] std::string_view name(LinearWeights weights);
/// Reads "projection", "plug-in" or "optimal"; throws `Error` listing them.
[[nodiscard]] LinearWeights parse_linear_weights(std::string_view name);

/// `w` of one component; `gamma` is d / n. Never negative; 1 without noise.
[[nodiscard]] double linear_weight(LinearWeights rule, double eigenvalue, double noise_variance,
                                   double gamma);

/// A linear denoiser of one noise level, `D(y) = m + U diag(w) U^H (y - m)`, for `y = x + s z` in
/// the signals' own units.
template <class T>
struct LinearFilter {
  Vector<T> mean;           ///< m, d
  Matrix<T> eigenvectors;   ///< U, d x k
  Eigen::VectorXd weights;  ///< w, k

  /// Estimates for the columns of `noisy`.
  [[nodiscard]] Matrix<T> apply(ConstBatch<T> noisy) const;
};

/// The filter of a spectrum measured at noise variance `noise_variance`. Throws `Error` for a
/// variance that is negative or not finite.
template <class T>
[[nodiscard]] LinearFilter<T> linear_filter(const SampleSpectrum<T>& noisy, double noise_variance,
                                            LinearWeights weights);

}  // namespace pellucid
