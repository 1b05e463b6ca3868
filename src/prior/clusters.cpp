// SPDX-License-Identifier: BSD-3-Clause
#include "prior/clusters.hpp"

#include "pellucid/base/random.hpp"
#include "prior/blocks.hpp"
#include "prior/kmeans.hpp"

namespace pellucid {

namespace {

constexpr int lloyd_passes = 10;
constexpr Index most_samples = 20000;
constexpr Index most_entries = Index{1} << 24;  // 128 MB of real numbers

/// A draw apart from those of the restarts, which count from 0.
constexpr std::uint32_t subsample_draw = 0xFFFFF;

Index subsample_size(Index dim, Index count, Index components) {
  const Index limit = std::clamp<Index>(most_entries / dim, 1000, most_samples);
  return std::min(count, std::max(limit, 10 * components));
}

/// All the samples, or one from each of `size` equal stretches.
template <class T>
Matrix<T> subsample(const SampleSource<T>& clean, Index size, std::uint64_t seed) {
  Matrix<T> samples(clean.dim(), size);
  if (size == clean.count()) {
    read_finite<T>(clean, 0, samples);
    return samples;
  }
  const RandomStream random(seed, Purpose::fit_start, subsample_draw);
  const double stretch = static_cast<double>(clean.count()) / static_cast<double>(size);
  for (Index j = 0; j < size; ++j) {
    const double place = random.uniform(static_cast<std::uint64_t>(j), 0, 0);
    const Index index = static_cast<Index>((static_cast<double>(j) + place) * stretch);
    read_finite<T>(clean, std::min(index, clean.count() - 1), samples.col(j));
  }
  return samples;
}

/// Takes the samples' mean from them. The first sample goes first: equal samples become exactly 0.
template <class T>
Vector<T> centre(Matrix<T>& samples) {
  const Vector<T> first = samples.col(0);
  samples.colwise() -= first;
  const Vector<T> mean = samples.rowwise().mean();
  samples.colwise() -= mean;
  return first + mean;
}

template <class T>
Clustering<T> best_clustering(const Matrix<T>& samples, Index components,
                              const MixtureFitOptions<T>& options, Monitor* monitor) {
  const Task task(monitor, "k-means start", options.restarts);
  Clustering<T> best;
  for (int restart = 0; restart < options.restarts; ++restart) {
    const RandomStream random(options.seed, Purpose::fit_start,
                              static_cast<std::uint32_t>(restart));
    Clustering<T> next = kmeans<T>(samples, components, lloyd_passes, random, options.threads);
    if (restart == 0 || next.distortion < best.distortion) best = std::move(next);
    task.update(restart + 1);
  }
  return best;
}

}  // namespace

template <class T>
Clusters<T> cluster_samples(const SampleSource<T>& clean, Index components,
                            const MixtureFitOptions<T>& options, Monitor* monitor) {
  const Index size = subsample_size(clean.dim(), clean.count(), components);
  Clusters<T> clusters;
  clusters.samples = subsample(clean, size, options.seed);
  clusters.origin = centre(clusters.samples);
  Clustering<T> clustering = best_clustering(clusters.samples, components, options, monitor);
  clusters.members.resize(static_cast<std::size_t>(components));
  Matrix<T> sums = Matrix<T>::Zero(clean.dim(), components);
  for (Index j = 0; j < size; ++j) {
    const Index k = clustering.labels[static_cast<std::size_t>(j)];
    clusters.members[static_cast<std::size_t>(k)].add(j, 1.0);
    sums.col(k) += clusters.samples.col(j);
  }
  clusters.means = std::move(clustering.centres);
  for (Index k = 0; k < components; ++k) {
    if (clusters.size(k) > 0.0) clusters.means.col(k) = sums.col(k) / clusters.size(k);
  }
  return clusters;
}

template <class T>
double average_variance(const Clusters<T>& clusters) {
  return clusters.samples.squaredNorm() / static_cast<double>(clusters.samples.size());
}

#define PELLUCID_INSTANTIATE(T)                                                   \
  template Clusters<T> cluster_samples<T>(const SampleSource<T>&, Index,          \
                                          const MixtureFitOptions<T>&, Monitor*); \
  template double average_variance<T>(const Clusters<T>&);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
