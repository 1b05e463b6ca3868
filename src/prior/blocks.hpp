// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "pellucid/base/sample_source.hpp"

namespace pellucid {

/// Columns of one unit of work inside a block; fixed, so that no result depends on the threads.
inline constexpr Index chunk_samples = 256;

/// How many chunks hold `count` columns.
inline Index chunk_count(Index count) { return (count + chunk_samples - 1) / chunk_samples; }

/// Samples that a fit holds at a time: about 32 MB of real numbers, whatever the source's length.
inline Index block_samples(Index dim) {
  return std::clamp<Index>((Index{1} << 22) / std::max<Index>(dim, 1), chunk_samples, 4096);
}

/// Throws `Error` for a source without samples or without entries; `what` starts the message.
template <class T>
void check_not_empty(const SampleSource<T>& source, const char* what);

/// Reads samples `first ... first + out.cols() - 1` and throws `Error` naming the first one that
/// holds NaN or infinity.
template <class T>
void read_finite(const SampleSource<T>& source, Index first, Batch<T> out);

}  // namespace pellucid
