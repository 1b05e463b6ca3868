// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <variant>

#include "pellucid/base/monitor.hpp"
#include "pellucid/model/model.hpp"
#include "pellucid/posterior/mixture_posterior.hpp"

namespace pellucid {

/// The log density of a model's prior plus white noise, ready for any noise level; in the model's
/// units and coordinates. `V` is `double` or `std::complex<double>`. Outlived by its model.
template <class V>
class PriorDensity {
 public:
  PriorDensity(const Model& model, int threads);
  /// In nats, one for each column of `x`.
  [[nodiscard]] Eigen::VectorXd operator()(ConstBatch<V> x, double noise_variance,
                                           Monitor* monitor) const;

 private:
  std::variant<MixturePosterior<V>, const DiagonalMixture<V>*, const FactorMixture<V>*> density_;
  int threads_;
};

}  // namespace pellucid
