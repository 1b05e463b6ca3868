// SPDX-License-Identifier: BSD-3-Clause
#include "prior/shuffled_order.hpp"

#include <algorithm>
#include <numeric>

#include "pellucid/base/random.hpp"

namespace pellucid {

namespace {

/// Draws apart from those of the start's, which use step 0.
constexpr std::uint32_t order_step = 1;
constexpr std::uint64_t most_factor = std::uint64_t{1} << 31;

std::uint64_t draw_below(const RandomStream& random, int pass, std::uint32_t entry,
                         std::uint64_t count) {
  const double u = random.uniform(static_cast<std::uint64_t>(pass), order_step, entry);
  return std::min(static_cast<std::uint64_t>(u * static_cast<double>(count)), count - 1);
}

}  // namespace

ShuffledOrder::ShuffledOrder(Index count, std::uint64_t seed, int pass)
    : count_(static_cast<std::uint64_t>(count)) {
  const RandomStream random(seed, Purpose::fit_start);
  offset_ = draw_below(random, pass, 0, count_);
  // Below 2^31, so that no product overflows with fewer than 2^32 samples.
  factor_ = std::max<std::uint64_t>(draw_below(random, pass, 1, std::min(count_, most_factor)), 1);
  while (std::gcd(factor_, count_) != 1) factor_ = factor_ % count_ + 1;
}

std::vector<Index> ShuffledOrder::sorted(Index first, Index last) const {
  std::vector<Index> numbers;
  numbers.reserve(static_cast<std::size_t>(last - first));
  for (Index place = first; place < last; ++place) {
    const std::uint64_t product = factor_ * static_cast<std::uint64_t>(place);
    numbers.push_back(static_cast<Index>((product + offset_) % count_));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace pellucid
