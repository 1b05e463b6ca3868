// SPDX-License-Identifier: BSD-3-Clause
#include "prior/mixture_start.hpp"

#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"
#include "prior/blocks.hpp"
#include "prior/kmeans.hpp"

namespace pellucid {

namespace {

constexpr int lloyd_passes = 10;
constexpr Index most_samples = 20000;
constexpr Index most_entries = Index{1} << 24;  // 128 MB of real numbers

/// Of the average variance, added to `C_0`'s diagonal: keeps it positive definite where entries are
/// constant or samples fewer than dimensions.
constexpr double floor_ratio = 1e-6;

/// A draw apart from those of the restarts, which count from 0.
constexpr std::uint32_t subsample_draw = 0xFFFFF;

Index subsample_size(Index dim, Index count, Index components) {
  const Index limit = std::clamp<Index>(most_entries / dim, 1000, most_samples);
  return std::min(count, std::max(limit, 10 * components));
}

/// Samples about `mean`: all of them, or one from each of `size` equal stretches.
template <class T>
Matrix<T> subsample(const SampleSource<T>& clean, Index size, const Vector<T>& mean,
                    std::uint64_t seed) {
  Matrix<T> samples(clean.dim(), size);
  if (size == clean.count()) {
    read_finite<T>(clean, 0, samples);
  } else {
    const RandomStream random(seed, Purpose::fit_start, subsample_draw);
    const double stretch = static_cast<double>(clean.count()) / static_cast<double>(size);
    for (Index j = 0; j < size; ++j) {
      const double place = random.uniform(static_cast<std::uint64_t>(j), 0, 0);
      const Index index = static_cast<Index>((static_cast<double>(j) + place) * stretch);
      read_finite<T>(clean, std::min(index, clean.count() - 1), samples.col(j));
    }
  }
  samples.colwise() -= mean;
  return samples;
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
ScatterSums<T> cluster_samples(const SampleSource<T>& clean, Index components,
                               const MixtureFitOptions<T>& options, const Vector<T>& mean,
                               Monitor* monitor) {
  const Index size = subsample_size(clean.dim(), clean.count(), components);
  const Matrix<T> samples = subsample(clean, size, mean, options.seed);
  const Clustering<T> clustering = best_clustering(samples, components, options, monitor);
  std::vector<Members> members(static_cast<std::size_t>(components));
  for (Index j = 0; j < size; ++j) {
    members[static_cast<std::size_t>(clustering.labels[static_cast<std::size_t>(j)])].add(j, 1.0);
  }
  ScatterSums<T> sums;
  sums.reset(clustering.centres);
  sums.add(samples, members, options.threads);
  for (Index k = 0; k < components; ++k) {
    if (sums.weight(k) == 0.0) continue;
    sums.centre(k);
    sums.shift.col(k) = sums.mean(k);
  }
  sums.shift.colwise() += mean;
  sums.first.setZero();
  return sums;
}

template <class T>
Matrix<T> typical_covariance(const ScatterSums<T>& clusters, const Gaussian<T>& all_samples) {
  const double power = average_variance(all_samples);
  if (!(power > 0.0)) {
    throw Error("mixture fit: the samples do not vary (variance 0): there is nothing to fit");
  }
  const double count = clusters.weight.sum();
  Matrix<T> typical = T(static_cast<double>(clusters.weight.size())) * all_samples.covariance;
  for (const Matrix<T>& scatter : clusters.second) typical += scatter;
  typical /= T(count);
  typical.diagonal().array() += T(floor_ratio * power);
  return typical;
}

template <class T>
GaussianMixture<T> mixture_start(ScatterSums<T> clusters, const Matrix<T>& centre) {
  GaussianMixture<T> start{clusters.weight / clusters.weight.sum(), std::move(clusters.shift),
                           std::move(clusters.second)};
  double strength = static_cast<double>(centre.rows());
  for (Index k = 0; k < start.components(); ++k) {
    Matrix<T>& covariance = start.covariances[static_cast<std::size_t>(k)];
    covariance = (covariance + T(strength) * centre) / T(clusters.weight(k) + strength);
  }
  return start;
}

#define PELLUCID_INSTANTIATE(T)                                                                \
  template ScatterSums<T> cluster_samples<T>(                                                  \
      const SampleSource<T>&, Index, const MixtureFitOptions<T>&, const Vector<T>&, Monitor*); \
  template Matrix<T> typical_covariance<T>(const ScatterSums<T>&, const Gaussian<T>&);         \
  template GaussianMixture<T> mixture_start<T>(ScatterSums<T>, const Matrix<T>&);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
