// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/metrics.hpp"

#include <cmath>
#include <limits>

namespace pellucid {

Ratio ratio_of_sums(const Eigen::VectorXd& errors, const Eigen::VectorXd& powers) {
  const auto n = static_cast<double>(errors.size());
  const double ratio = errors.sum() / powers.sum();
  if (errors.size() < 2) return {ratio, std::numeric_limits<double>::quiet_NaN()};
  const Eigen::ArrayXd residuals = (errors - ratio * powers).array();
  const double deviation = std::sqrt((residuals - residuals.mean()).square().sum() / (n - 1));
  return {ratio, deviation / (std::sqrt(n) * powers.mean())};
}

}  // namespace pellucid
