// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/posterior/linear_observation.hpp"

namespace pellucid {

/// Lower Cholesky factor of a noise covariance; throws `Error` where it is singular.
template <class T>
[[nodiscard]] Matrix<T> noise_factor(const Matrix<T>& covariance);

/// Where observations of signals `x = U u` are worked on: whitened by `R = L L^H` and reduced to
/// the range of `L^-1 A U`, whose orthonormal basis is `Q` (M x r):
///
///     L^-1 y = Q (Q^H L^-1 y) + residual,   Q^H L^-1 y = B u + white noise
///
/// The residual is noise alone. `T` is double or std::complex<double>.
template <class T>
class ObservationSpace {
 public:
  /// `basis` is U (N x n), null for the identity. Validates the observation.
  ObservationSpace(const LinearObservation<T>& observation, Index dim, const Matrix<T>* basis);

  [[nodiscard]] Index observed() const { return observed_; }       ///< M
  [[nodiscard]] Index rank() const { return rank_; }               ///< r
  [[nodiscard]] bool is_identity() const { return is_identity_; }  ///< B = I, y as it is
  [[nodiscard]] bool reduces() const { return !is_identity_ && (whitens() || !keeps_all_); }
  [[nodiscard]] const Matrix<T>& map() const { return map_; }  ///< B, r x n; empty for I
  [[nodiscard]] const Matrix<T>& reduction() const { return reduction_; }  ///< Q^H L^-1, r x M

  /// Whether whitening scales some directions so much more than others that small numbers count.
  [[nodiscard]] bool is_graded() const { return is_graded_; }

  /// `log |det L|` once for real data, twice for complex: what whitening adds to a density.
  [[nodiscard]] double log_volume() const { return log_volume_; }
  /// `(I - Q Q^H) L^-1 y`: what of whitened observations is noise alone, M x b. Empty where r = M.
  [[nodiscard]] Matrix<T> residual(const Matrix<T>& y) const;
  /// `L^-H e`.
  [[nodiscard]] Matrix<T> unwhiten_gradient(Matrix<T> e) const;

 private:
  [[nodiscard]] bool whitens() const { return factor_.size() > 0; }
  void reduce(Matrix<T> whitened_map);

  Index observed_ = 0, rank_ = 0;
  bool is_identity_ = false, is_graded_ = false, keeps_all_ = true;
  double log_volume_ = 0.0;
  Matrix<T> factor_;  // L, empty for white noise
  Matrix<T> range_;   // Q, empty where r = M
  Matrix<T> map_, reduction_;
};

}  // namespace pellucid
