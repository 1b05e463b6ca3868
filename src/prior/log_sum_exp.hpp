// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <limits>

namespace pellucid {

/// Returns `log sum_k exp(a_k)` and replaces `a` by `exp(a_k)` over that sum, the posterior
/// weights. With every `a_k` minus infinity the answer is minus infinity and the weights are equal.
inline double normalise_logs(Eigen::Ref<Eigen::VectorXd> a) {
  const double largest = a.maxCoeff();
  if (largest == -std::numeric_limits<double>::infinity()) {
    a.setConstant(1.0 / static_cast<double>(a.size()));
    return largest;
  }
  // Eigen's exp stops at the least number above 0, also for minus infinity: nothing must be
  // nothing.
  a.array() -= largest;
  a = (a.array() > -700.0).select(a.array().exp(), 0.0);
  const double sum = a.sum();
  a /= sum;
  return largest + std::log(sum);
}

}  // namespace pellucid
