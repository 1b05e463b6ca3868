// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "pellucid/prior/fit_mixture.hpp"

namespace pellucid {

/// What tells one fit from another: its options, but for those that only say when it ends
/// (`passes`, `tolerance`) or do not change results (`threads`), the number of samples, and a hash
/// of some of them. `options.start` enters by its numbers.
template <class T>
[[nodiscard]] std::string fit_fingerprint(const SampleSource<T>& clean,
                                          const MixtureFitOptions<T>& options, Index components);

}  // namespace pellucid
