// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// A random order of the numbers `0 ... count - 1` that takes no memory: number `i` stands at place
/// `(a i + c) mod count`, `a` prime to `count`, both drawn anew for every pass.
class ShuffledOrder {
 public:
  ShuffledOrder(Index count, std::uint64_t seed, int pass);

  /// Those that come at places `first ... last - 1`, in ascending order, as is best for reading.
  [[nodiscard]] std::vector<Index> sorted(Index first, Index last) const;

 private:
  std::uint64_t count_, factor_, offset_;
};

}  // namespace pellucid
