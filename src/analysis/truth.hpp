// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include "pellucid/base/monitor.hpp"
#include "pellucid/denoiser/exact_denoiser.hpp"
#include "pellucid/model/model.hpp"
#include "pellucid/signal/transform.hpp"

namespace pellucid {

/// The conditional mean of every observation and the trace of its posterior covariance.
template <class T>
struct ConditionalMean {
  Matrix<T> mean;            ///< N x n, user's units
  Eigen::VectorXd variance;  ///< n, user's units squared
};

/// A prior taken to be what the data come from; `T` is double or std::complex<double>.
template <class T>
class TruthMixture {
 public:
  explicit TruthMixture(const Model& model, int threads);

  [[nodiscard]] ConditionalMean<T> estimate(ConstBatch<T> noisy, double noise_std,
                                            Monitor* monitor) const;

 private:
  const Model& model_;
  SampleTransform<T> transform_;
  std::unique_ptr<const ExactDenoiser<T>> denoiser_;
  int threads_;
};

}  // namespace pellucid
