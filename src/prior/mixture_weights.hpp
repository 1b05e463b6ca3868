// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Throws `Error` unless weights are finite, not negative and sum to 1 (within 1e-6).
void check_weights(const Eigen::VectorXd& weights);

/// Throws `Error` unless there are `components` means with at least one entry, all finite.
template <class T>
void check_means(const Matrix<T>& means, Index components);

/// Which of the samples `first ... first + count - 1` each component makes, counted from `first`.
[[nodiscard]] std::vector<std::vector<Index>> choose_components(const Eigen::VectorXd& weights,
                                                                Index count, std::uint64_t seed,
                                                                Index first);

/// From the logs of the components' joint densities, K x n: the log density of every column.
[[nodiscard]] Eigen::VectorXd log_sums(Eigen::MatrixXd joint);
/// The posterior weights.
[[nodiscard]] Eigen::MatrixXd weights_from_logs(Eigen::MatrixXd joint);

/// The covariance of the components' means, N x N: `sum_k w_k (m_k - m)(m_k - m)^H`, and its trace.
template <class T>
[[nodiscard]] Matrix<T> scatter_of_means(const Matrix<T>& means, const Eigen::VectorXd& weights);
template <class T>
[[nodiscard]] double spread_of_means(const Matrix<T>& means, const Eigen::VectorXd& weights);

}  // namespace pellucid
