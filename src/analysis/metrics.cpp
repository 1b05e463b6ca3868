// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pellucid {

namespace {

// Standard error of a mean of n values from the sum of their squared deviations.
double standard_error(double squares, double n) {
  if (n < 2) return std::numeric_limits<double>::quiet_NaN();
  return std::sqrt(std::max(0.0, squares) / (n - 1) / n);
}

}  // namespace

void ErrorMoments::add(const Eigen::VectorXd& errors, const Eigen::VectorXd& powers) {
  if (errors.size() == 0) return;
  const auto n = static_cast<double>(errors.size()), total = count_ + n;
  Eigen::MatrixX2d pairs(errors.size(), 2);
  pairs << errors, powers;
  const Eigen::Vector2d mean = pairs.colwise().mean().transpose();
  pairs.rowwise() -= mean.transpose();
  const Eigen::Vector2d apart = mean - mean_;
  about_mean_ += pairs.transpose().lazyProduct(pairs).eval();
  about_mean_ += count_ * n / total * apart * apart.transpose();
  mean_ += n / total * apart;
  count_ = total;
}

Ratio ErrorMoments::ratio_of_sums() const {
  const double ratio = mean_(0) / mean_(1);
  const Eigen::Vector2d weights(1, -ratio);  // of (e, p) in e - ratio p, whose mean is zero
  const double squares = weights.dot(about_mean_.lazyProduct(weights).eval());
  return {ratio, standard_error(squares, count_) / mean_(1)};
}

Ratio ErrorMoments::mean_in_units(double unit) const {
  return {mean_(0) / unit, standard_error(about_mean_(0, 0), count_) / unit};
}

Ratio ratio_of_sums(const Eigen::VectorXd& errors, const Eigen::VectorXd& powers) {
  ErrorMoments moments;
  moments.add(errors, powers);
  return moments.ratio_of_sums();
}

Ratio mean_in_units(const Eigen::VectorXd& errors, double unit) {
  ErrorMoments moments;
  moments.add(errors);
  return moments.mean_in_units(unit);
}

}  // namespace pellucid
