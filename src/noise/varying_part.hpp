// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Rows (variables) and columns (samples) of a matrix that carry noise. A variable that never
/// varies, or that is zero in all samples where no mean is taken off - the background of a scan -
/// carries none, nor does a sample of zeros.
struct VaryingPart {
  std::vector<Index> rows, columns;
};

template <class T>
[[nodiscard]] VaryingPart varying_part(ConstBatch<T> matrix, bool centred);

}  // namespace pellucid
