// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "prior/scatter.hpp"

namespace pellucid {

/// A mixture in the form its densities are evaluated from.
template <class T>
struct FactoredMixture {
  Eigen::VectorXd weights;         ///< w_k, K
  Matrix<T> means;                 ///< m_k, N x K
  std::vector<Matrix<T>> factors;  ///< lower Cholesky factors L_k of C_k
  Eigen::VectorXd log_peaks;       ///< log w_k + log N(m_k; m_k, C_k)

  [[nodiscard]] Index dim() const { return means.rows(); }
  [[nodiscard]] Index components() const { return means.cols(); }
};

/// The expectation step on one block of samples: which components each sample belongs to. Costs
/// `N^2` flops (complex: four times that) for each sample and component.
template <class T>
class Responsibilities {
 public:
  Responsibilities(Index dim, Index components, Index block, int threads);

  /// Evaluates the columns of `x`; at most `block` of them.
  void evaluate(const FactoredMixture<T>& mixture, ConstBatch<T> x);

  /// The samples of each component and their posterior weights, without those below the epsilon of
  /// double precision: they would not change the sums, and most samples belong to few components.
  [[nodiscard]] const std::vector<Members>& members() const { return members_; }
  /// The log density of every sample of the block, nats.
  [[nodiscard]] Eigen::Ref<const Eigen::VectorXd> log_density() const {
    return log_density_.head(count_);
  }

 private:
  void joint_log_density(const FactoredMixture<T>& mixture, ConstBatch<T> x);
  void normalise();

  int threads_;
  Index count_ = 0;
  Eigen::MatrixXd joint_;  ///< log joint density, then posterior weights; K x block
  Eigen::VectorXd log_density_;
  std::vector<Members> members_;
  std::vector<Matrix<T>> workspaces_;
};

}  // namespace pellucid
