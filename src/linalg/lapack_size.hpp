// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <limits>
#include <string>

#include "pellucid/base/error.hpp"
#include "pellucid/base/types.hpp"

namespace pellucid::linalg {

/// Sizes above which LAPACK's workspace, of so many numbers, overflows its 32-bit integers:
/// 1 + 6 n + 2 n^2 (syevd), 1 + 4 n + n^2 (stedc), 4 n^2 + 7 n (gesdd).
inline constexpr Index largest_eigh = 32'766, largest_stedc = 46'338, largest_svd = 23'169;

/// A size as BLAS and LAPACK take it. Throws `Error` above `largest`.
[[nodiscard]] inline int lapack_size(Index n, Index largest = std::numeric_limits<int>::max()) {
  if (n <= largest) return static_cast<int>(n);
  throw Error("a matrix has a side of " + std::to_string(n) + ", more than the " +
              std::to_string(largest) + " that LAPACK can decompose: use fewer entries or samples");
}

}  // namespace pellucid::linalg
