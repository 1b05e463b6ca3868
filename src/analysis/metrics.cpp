// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/metrics.hpp"

#include <cmath>
#include <limits>

namespace pellucid {

namespace {

// Standard error of the mean; NaN for fewer than two values.
double standard_error(const Eigen::ArrayXd& values) {
  const auto n = static_cast<double>(values.size());
  if (values.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  return std::sqrt((values - values.mean()).square().sum() / (n - 1) / n);
}

}  // namespace

Ratio ratio_of_sums(const Eigen::VectorXd& errors, const Eigen::VectorXd& powers) {
  const double ratio = errors.sum() / powers.sum();
  return {ratio, standard_error((errors - ratio * powers).array()) / powers.mean()};
}

Ratio mean_in_units(const Eigen::VectorXd& errors, double unit) {
  return {errors.mean() / unit, standard_error(errors.array()) / unit};
}

}  // namespace pellucid
