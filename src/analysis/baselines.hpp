// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <complex>
#include <memory>
#include <vector>

#include "pellucid/analysis/evaluate.hpp"
#include "pellucid/signal/transform.hpp"

namespace pellucid {

/// The Wiener filter, or the projection onto the components whose variance exceeds the noise, the
/// best rank for the model.
enum class LinearRule { wiener, projection };

/// The linear estimators that results are held against, in the user's units, from one mean and
/// covariance, that of a model's vectors; the eigendecomposition is in double precision, the
/// products in `V`.
template <class V>
class VectorBaselines {
 public:
  explicit VectorBaselines(const Model& model);

  /// Estimates at noise variance `s2` (user's units squared) of a vector's entries.
  [[nodiscard]] Matrix<V> estimate(LinearRule rule, ConstBatch<V> noisy, double s2,
                                   int threads) const;

 private:
  SampleTransform<V> transform_;
  Vector<V> mean_;
  Matrix<V> basis_;
  Eigen::VectorXd eigenvalues_;
};

/// Whether one of the models knows a covariance, as all but networks do.
[[nodiscard]] bool know_covariance(const std::vector<NamedModel>& models);

/// The same for signals, through the framing of the model whose covariance is taken: the first that
/// has a full one, else the first. `T` is the signals' arithmetic.
template <class T>
class LinearBaselines {
 public:
  /// One of the models knows a covariance.
  LinearBaselines(const std::vector<NamedModel>& models, Index block_entries);

  [[nodiscard]] Matrix<T> estimate(LinearRule rule, ConstBatch<T> noisy,
                                   const std::vector<Index>& shape, double noise_std,
                                   int threads) const;

 private:
  Framing framing_;
  Index block_entries_;
  std::unique_ptr<const VectorBaselines<T>> same_;  // one of the two
  std::unique_ptr<const VectorBaselines<std::complex<RealOf<T>>>> spectral_;
};

}  // namespace pellucid
