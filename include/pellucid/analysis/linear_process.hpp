// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>
#include <vector>

#include "pellucid/analysis/training_signals.hpp"
#include "pellucid/base/monitor.hpp"
#include "pellucid/denoiser/linear_filter.hpp"

namespace pellucid {

/// What a linear process does with the denoiser `D_t` fitted at level t, on the way to level u.
/// They are different processes with different answers.
enum class LinearMode {
  project,   ///< `x <- D_t x`: with projections a power iteration, which collapses onto the leading
             ///< eigenvector. Our reading of Weitzner et al. 2024 (arXiv 2410.14730)
  renoise,   ///< `x <- D_t x + s_u z` with fresh noise of the next level; the last step adds none
  standard,  ///< the reverse process's step (`step_coefficients`), r = 0 forwards the mean, 1
             ///< samples
};

[[nodiscard]] std::string_view name(LinearMode mode);
/// Reads "project", "renoise" or "standard"; throws `Error` listing them.
[[nodiscard]] LinearMode parse_linear_mode(std::string_view name);

/// One step of a linear process, exactly (nothing is sampled but the training signals' noise).
struct LinearStep {
  double noise_std = 0.0;         ///< of level t, whose denoiser the step applies
  std::vector<double> cos2;       ///< squared cosines of D_t's eigenvectors with the reference's
                                  ///< (of equal variances with their subspace)
  std::vector<double> product;    ///< squared singular values of the product of the steps so far, k
  double leading_cos2 = 0.0;      ///< of the product's leading left singular vector with the first
                                  ///< reference eigenvector
  std::vector<double> variances;  ///< of x_u along the reference's eigenvectors, k; from white
                                  ///< noise at the first level
  double power_ratio = 0.0;  ///< plain power iteration: second-to-first variance ratio, (l2/l1)^2t
  double power_cos2 = 0.0;   ///< and of its vector with the first reference eigenvector
};

/// A linear process from the noisiest level down.
struct LinearProcess {
  LinearMode mode = LinearMode::project;
  std::vector<LinearStep> steps;
  std::vector<double> reference;  ///< variances of the reference basis (spikes; or of the data)
  std::vector<double> training;   ///< the clean training sample's variances along that basis
  std::vector<double> generated;  ///< what is generated along it: `variances` of the last step
  double total_variance = 0.0;    ///< trace of the generated covariance
};

struct LinearProcessOptions {
  LinearMode mode = LinearMode::project;
  std::vector<double> noise_std;  ///< levels, positive, all different; used in descending order
  LinearWeights weights = LinearWeights::projection;
  double resampling = 0.0;  ///< r of `standard`
  /// The processes are the same in variance-exploding (`x0 + s n`) and variance-preserving
  /// coordinates (divided by sqrt(1 + s^2)); only the start differs: noise of variance s_T^2 there,
  /// 1 here, which is 1 + s_T^2 in the signals' units.
  bool variance_preserving = false;
  /// One basis, that of the cleanest level, at every step in place of one fitted at each.
  bool fixed_basis = false;
  std::uint32_t repeat = 0;  ///< which repetition of the training signals
  int threads = 0;
};

/// Follows the product of the steps and the covariance of what is generated from white noise, with
/// `training.components()` components in every denoiser, and a plain power iteration on the
/// covariance of the cleanest level's training signals beside. Throws `Error` for options out of
/// range, `Stopped` when the monitor asks.
template <class T>
[[nodiscard]] LinearProcess follow_linear_process(const TrainingSignals<T>& training,
                                                  const LinearProcessOptions& options,
                                                  Monitor* monitor = nullptr);

}  // namespace pellucid
