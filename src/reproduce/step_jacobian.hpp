// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/denoiser/denoiser.hpp"
#include "pellucid/posterior/mixture_posterior.hpp"
#include "pellucid/schedule/noise_level.hpp"

namespace pellucid::reproduce {

/// One step of mean forwarding from level t to u, `f(x) = estimate D(x) + current x`. Its Jacobian
/// is `current I + covariance Cov[x0 | x_t]` where `D` is exact (Jacobian of `D`: sqrt(abar_t) /
/// (1 - abar_t) times the covariance), so that `current`, which the schedule alone decides, bounds
/// its norm from below. Between neighbours it is `sqrt(alpha_t) (1 - abar_{t-1}) / (1 - abar_t)`.
struct StepJacobian {
  double current = 0.0, estimate = 0.0, covariance = 0.0;

  StepJacobian(const NoiseLevel& from, const NoiseLevel& to);
};

/// Operator norms of the Jacobians of an exact denoiser's steps along trajectories, matrix-free.
class ExactStepNorms {
 public:
  /// Of `count` trajectories, under the posterior of `x0` given `x0 + n`.
  ExactStepNorms(const MixturePosterior<double>& posterior, Index count, int threads);

  /// One norm for every column of `x_t` (N x count). Power iteration starts from the leading
  /// directions of the call before, and ends when no norm moves by 1e-6 of itself; it approaches
  /// norms from below.
  [[nodiscard]] Eigen::VectorXd at(ConstBatch<double> x_t, const NoiseLevel& from,
                                   const NoiseLevel& to);

 private:
  const MixturePosterior<double>& posterior_;
  Matrix<double> directions_;
  int threads_;
};

/// Products with the Jacobian of any denoiser by central differences, `(D(x + h v) - D(x - h v)) /
/// 2h`, `h` 3 % of the noise's standard deviation for unit `v`: far above what networks round off
/// (single precision), far below the scale on which denoisers change.
class DenoiserJacobian {
 public:
  DenoiserJacobian(const Denoiser<double>& denoiser, int threads)
      : denoiser_(denoiser), threads_(threads) {}

  /// `J v` for the columns of `v`, at one `x_t` (N entries).
  [[nodiscard]] Matrix<double> times(const Vector<double>& x_t, const NoiseLevel& level,
                                     ConstBatch<double> v) const;
  [[nodiscard]] Index dim() const { return denoiser_.dim(); }

 private:
  const Denoiser<double>& denoiser_;
  int threads_;
};

/// The largest singular value.
[[nodiscard]] double operator_norm(const Matrix<double>& matrix);

}  // namespace pellucid::reproduce
