// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"

namespace pellucid {

/// A ratio of two sums over samples and its standard error.
struct Ratio {
  double value = 0.0;
  double stderr_ = 0.0;
};

/// Means of pairs (error, power), one a sample, and sums of products about the means, gathered
/// block by block (Chan, Golub and LeVeque 1983), so that no block's order of magnitude cancels
/// another's.
class ErrorMoments {
 public:
  void add(const Eigen::VectorXd& errors, const Eigen::VectorXd& powers);
  /// Where there is no power to divide by.
  void add(const Eigen::VectorXd& errors) { add(errors, Eigen::VectorXd::Zero(errors.size())); }

  [[nodiscard]] double count() const { return count_; }
  [[nodiscard]] double power_sum() const { return count_ * mean_(1); }

  /// `sum e / sum p` with the standard error of a ratio, `sd(e_i - ratio p_i) / (sqrt(n) mean p)`
  /// (design: p varies from sample to sample as well). The error is NaN for fewer than two samples.
  [[nodiscard]] Ratio ratio_of_sums() const;
  /// `mean e / unit` and its standard error `sd(e) / (sqrt(n) unit)`, the unit taken as given: what
  /// is measured in units of the test set's power and does not vary with each sample's.
  [[nodiscard]] Ratio mean_in_units(double unit) const;

 private:
  double count_ = 0.0;
  Eigen::Vector2d mean_ = Eigen::Vector2d::Zero();
  Eigen::Matrix2d about_mean_ = Eigen::Matrix2d::Zero();  // sums of products of deviations
};

/// Both for one block alone.
[[nodiscard]] Ratio ratio_of_sums(const Eigen::VectorXd& errors, const Eigen::VectorXd& powers);
[[nodiscard]] Ratio mean_in_units(const Eigen::VectorXd& errors, double unit);

/// `|a_j - b_j|^2` of every column, summed in double precision.
template <class A, class B>
[[nodiscard]] Eigen::VectorXd squared_distances(const Eigen::MatrixBase<A>& a,
                                                const Eigen::MatrixBase<B>& b) {
  using WideA = Wide<typename A::Scalar>;
  using WideB = Wide<typename B::Scalar>;
  Eigen::VectorXd distances(a.cols());
  for (Index j = 0; j < a.cols(); ++j) {
    distances(j) =
        (a.col(j).template cast<WideA>() - b.col(j).template cast<WideB>()).squaredNorm();
  }
  return distances;
}

}  // namespace pellucid
