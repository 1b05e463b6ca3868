// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/base/random.hpp"
#include "pellucid/base/types.hpp"

namespace pellucid {

/// A partition of samples around centres.
template <class T>
struct Clustering {
  Matrix<T> centres;          ///< N x K
  std::vector<Index> labels;  ///< the nearest centre of every sample
  double distortion = 0.0;    ///< sum of squared distances to it
};

/// k-means++ seeding (Arthur and Vassilvitskii 2007), then at most `passes` passes of Lloyd's
/// iteration. A cluster that runs empty moves to the sample farthest from its centre.
template <class T>
[[nodiscard]] Clustering<T> kmeans(ConstBatch<T> samples, Index components, int passes,
                                   const RandomStream& random, int threads);

}  // namespace pellucid
