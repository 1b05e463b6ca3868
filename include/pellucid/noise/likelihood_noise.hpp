// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include "pellucid/base/monitor.hpp"
#include "pellucid/model/model.hpp"
#include "pellucid/noise/noise_estimate.hpp"
#include "pellucid/noise/noise_sample.hpp"

namespace pellucid {

/// A noise level by the likelihood of a model's prior, and how much it leans on that prior.
struct LikelihoodEstimate : NoiseEstimate {
  Index vectors = 0;         ///< samples, frames or patches it was estimated from
  double sensitivity = 0.0;  ///< d log s2 / d log c for a prior whose covariances are all c times
                             ///< as large: 0 where the noise is far above them, below -1 far below
};

/// Maximises `sum_i log p(y_i; s2)` over the noise variance, `p` the density of the prior plus
/// white noise: for every eigenvalue of every component in closed form. All signals share one
/// level. Of framed models the vectors are pieces, frames or patches that do not overlap; in
/// short-time spectra the window's correlation of neighbouring bins is taken into account.
///
/// The interval is that of the profile likelihood, `2 (L(s2hat) - L(s2)) <= 3.84 k`; from 0 where
/// it reaches there, and `bound` (one-sided, 2.71 k) where the maximum is at 0. Where the samples'
/// scores vary more than their density would have it, `k = sum score^2 / information` in place of
/// 1 (Kent, *Robust properties of likelihood ratio tests*, Biometrika 1982): real signals are more
/// different from each other than draws from a fitted prior.
///
/// What that interval does not know is a prior that is wrong in the same way for all samples. The
/// prior's variances are taken off the data's to find the noise, so that it matters where they are
/// not small beside it: `sure` where `|sensitivity| <= 0.3`, `doubtful` from 0.7 on, where the
/// noise is below most of the prior's eigenvalues; and never `sure` for principal components,
/// which take all that lies outside their subspace for noise.
template <class T>
class LikelihoodNoise {
 public:
  /// `T` is that of the signals, `double` or `std::complex<double>`. Throws `Error` for a model
  /// that is not valid, or complex where the signals are real, or the reverse.
  explicit LikelihoodNoise(Model model, int threads = 0);
  LikelihoodNoise(LikelihoodNoise&&) noexcept;
  ~LikelihoodNoise();

  /// Uses about `most_entries` entries of vectors spread evenly. Throws `Error` for signals that do
  /// not fit the model.
  [[nodiscard]] LikelihoodEstimate estimate(const NoiseSample<T>& sample,
                                            Monitor* monitor = nullptr,
                                            Index most_entries = Index{1} << 17) const;

 private:
  class Vectors;
  std::unique_ptr<const Vectors> vectors_;
};

}  // namespace pellucid
