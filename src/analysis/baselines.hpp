// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/analysis/evaluate.hpp"
#include "pellucid/prior/gaussian.hpp"

namespace pellucid {

/// The linear estimators that results are held against, in the user's units, from one mean and
/// covariance; the eigendecomposition is in double precision, the products in `T`.
template <class T>
class LinearBaselines {
 public:
  /// The covariance is that of the first model with a full one, else of the first.
  explicit LinearBaselines(const std::vector<NamedModel>& models);

  /// Wiener filter at noise variance `s2` (user's units squared).
  [[nodiscard]] Matrix<T> wiener(ConstBatch<T> noisy, double s2, int threads) const;
  /// Projection onto the components whose variance exceeds the noise, the best rank for the model.
  [[nodiscard]] Matrix<T> pca(ConstBatch<T> noisy, double s2, int threads) const;

 private:
  [[nodiscard]] Matrix<T> filter(ConstBatch<T> noisy, const Eigen::VectorXd& gains,
                                 int threads) const;

  Vector<T> mean_;
  Matrix<T> basis_;
  Eigen::VectorXd eigenvalues_;
};

}  // namespace pellucid
