// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "pellucid/base/types.hpp"
#include "pellucid/schedule/schedule.hpp"

namespace pellucid {

/// The noise level of a sample: levels are one for all, or one for each.
inline const NoiseLevel& level_of(std::span<const NoiseLevel> levels, Index sample) {
  return levels.size() == 1 ? levels[0] : levels[static_cast<std::size_t>(sample)];
}

/// Throws `Error` for a call of `denoise` whose shapes do not fit.
void check_batch(Index dim, Index batch, Index rows, Index samples, Index levels);

}  // namespace pellucid
