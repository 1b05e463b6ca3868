// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/prior/fit_mixture.hpp"
#include "prior/members.hpp"

namespace pellucid {

/// Some samples in clusters, which a fit starts from. Samples and means are about `origin`, the
/// samples' mean, so that nothing cancels where it is large.
template <class T>
struct Clusters {
  Vector<T> origin;
  Matrix<T> samples;             ///< N x n
  Matrix<T> means;               ///< N x K, of the clusters (an empty one has any place)
  std::vector<Members> members;  ///< K, weights 1

  [[nodiscard]] double count() const { return static_cast<double>(samples.cols()); }
  [[nodiscard]] double size(Index k) const {
    return static_cast<double>(members[static_cast<std::size_t>(k)].size());
  }
};

/// Clusters by k-means++ with a few passes of Lloyd's iteration on at most some 20,000 samples (one
/// drawn from each of as many equal stretches of the source), the best of `options.restarts` by
/// distortion.
template <class T>
[[nodiscard]] Clusters<T> cluster_samples(const SampleSource<T>& clean, Index components,
                                          const MixtureFitOptions<T>& options, Monitor* monitor);

/// The average variance per entry of all the clustered samples.
template <class T>
[[nodiscard]] double average_variance(const Clusters<T>& clusters);

}  // namespace pellucid
