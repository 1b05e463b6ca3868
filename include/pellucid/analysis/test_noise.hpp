// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// `|x_j - mean|^2` of every column about the columns' mean, summed in double precision.
template <class T>
[[nodiscard]] Eigen::VectorXd centred_powers(ConstBatch<T> samples);

/// `P`: the average variance per entry of samples about their own mean.
template <class T>
[[nodiscard]] double average_power(ConstBatch<T> samples);

/// Observation noise of unit variance per entry, N x n: the same numbers for the same seed wherever
/// test samples are made noisy.
template <class T>
[[nodiscard]] Matrix<T> unit_noise(Index dim, Index count, std::uint64_t seed);

}  // namespace pellucid
