// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Observation noise of unit variance per entry for signals `first ...`, N x count: the same
/// numbers for the same seed and signal wherever test signals are made noisy.
template <class T>
[[nodiscard]] Matrix<T> unit_noise(Index dim, Index count, std::uint64_t seed, Index first = 0);

}  // namespace pellucid
