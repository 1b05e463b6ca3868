// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "prior/members.hpp"

namespace pellucid {

/// Weighted sums over samples for `K` components, each about a fixed shift of its own: with a shift
/// near the component's mean nothing cancels when the covariance is formed.
template <class T>
struct ScatterSums {
  Eigen::VectorXd weight;         ///< sum_j w_j, K
  Matrix<T> shift;                ///< c_k, N x K
  Matrix<T> first;                ///< sum_j w_j (x_j - c_k), N x K
  std::vector<Matrix<T>> second;  ///< sum_j w_j (x_j - c_k)(x_j - c_k)^H, lower triangle of N x N

  /// Sets every sum to zero, about the shifts given.
  void reset(const Matrix<T>& shifts);

  /// Adds the members' columns of `block`. Work is split over components and row panels of the
  /// outer products; each number is summed by one thread in the order of the columns.
  void add(ConstBatch<T> block, const std::vector<Members>& members, int threads);

  /// The mean of component `k`; its weight must be positive.
  [[nodiscard]] Vector<T> mean(Index k) const { return shift.col(k) + first.col(k) / weight(k); }

  /// The full Hermitian sum of squares of component `k` about its mean, from that about the shift.
  void centred(Index k, Matrix<T>& out) const;

  /// Multiplies every sum by `factor`.
  void scale(double factor);

 private:
  void add_panel(ConstBatch<T> block, const Members& members, Index k, Index row, Index rows,
                 Matrix<T>& workspace);
  std::vector<Matrix<T>> workspaces_;
};

}  // namespace pellucid
