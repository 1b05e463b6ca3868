// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "prior/components.hpp"

namespace pellucid {

/// The expectation step on one block of samples: which components each sample belongs to.
template <class T>
class Responsibilities {
 public:
  Responsibilities(Index components, Index block, int threads);

  /// Evaluates the columns of `x`; at most `block` of them.
  void evaluate(Components<T>& mixture, ConstBatch<T> x);

  /// The samples of each component and their posterior weights, without those below the epsilon of
  /// double precision: they would not change the sums, and most samples belong to few components.
  [[nodiscard]] const std::vector<Members>& members() const { return members_; }
  /// Multiplies all posterior weights by `factor`.
  void scale_members(double factor);
  /// The log density of every sample of the block, nats.
  [[nodiscard]] Eigen::Ref<const Eigen::VectorXd> log_density() const {
    return log_density_.head(count_);
  }

 private:
  void normalise();

  int threads_;
  Index count_ = 0;
  Eigen::MatrixXd joint_;  ///< log joint density, then posterior weights; K x block
  Eigen::VectorXd log_density_;
  std::vector<Members> members_;
};

}  // namespace pellucid
