// SPDX-License-Identifier: BSD-3-Clause
#include "prior/kmeans.hpp"

#include "linalg/blas.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"

namespace pellucid {

namespace {

/// Lowers each sample's squared distance to the nearest centre by one centre more. Differences are
/// formed entry by entry, so that a duplicate of a centre is at distance 0 and not at rounding.
template <class T>
void add_centre(ConstBatch<T> samples, const Vector<T>& centre, int threads,
                Eigen::VectorXd& distance) {
  parallel_for(chunk_count(samples.cols()), threads, [&](Index task, int) {
    const Index first = task * chunk_samples;
    const Index end = std::min(first + chunk_samples, samples.cols());
    for (Index j = first; j < end; ++j) {
      distance(j) = std::min(distance(j), (samples.col(j) - centre).squaredNorm());
    }
  });
}

/// A sample drawn with probability proportional to `distance`; uniform where all of them are 0.
Index draw_sample(const Eigen::VectorXd& distance, double u) {
  const Index count = distance.size();
  const double total = distance.sum();
  if (!(total > 0.0)) {
    return std::min(static_cast<Index>(u * static_cast<double>(count)), count - 1);
  }
  double sum = 0.0;
  Index last = 0;
  for (Index j = 0; j < count; ++j) {
    if (distance(j) == 0.0) continue;
    last = j;
    sum += distance(j);
    if (u * total < sum) break;
  }
  return last;
}

template <class T>
Matrix<T> seed_centres(ConstBatch<T> samples, Index components, const RandomStream& random,
                       int threads) {
  Matrix<T> centres(samples.rows(), components);
  Eigen::VectorXd distance = Eigen::VectorXd::Ones(samples.cols());
  for (Index k = 0; k < components; ++k) {
    const double u = random.uniform(static_cast<std::uint64_t>(k), 0, 0);
    centres.col(k) = samples.col(draw_sample(distance, u));
    if (k == 0) distance.setConstant(std::numeric_limits<double>::infinity());
    add_centre<T>(samples, centres.col(k), threads, distance);
  }
  return centres;
}

/// Labels of the nearest centres and, per sample, the squared distances to them.
template <class T>
Eigen::VectorXd assign(ConstBatch<T> samples, int threads, Clustering<T>& clusters) {
  const Eigen::VectorXd sizes = clusters.centres.colwise().squaredNorm();
  Eigen::VectorXd distance(samples.cols());
  clusters.labels.resize(static_cast<std::size_t>(samples.cols()));
  parallel_for(chunk_count(samples.cols()), threads, [&](Index task, int) {
    const Index first = task * chunk_samples;
    const Index count = std::min(chunk_samples, samples.cols() - first);
    const auto chunk = samples.middleCols(first, count);
    Matrix<T> products(clusters.centres.cols(), count);
    linalg::multiply<T>(linalg::Op::adjoint, T(1.0), clusters.centres, chunk, T(0.0), products);
    for (Index j = 0; j < count; ++j) {
      Index& label = clusters.labels[static_cast<std::size_t>(first + j)];
      (sizes - 2.0 * products.col(j).real()).minCoeff(&label);
      distance(first + j) = (chunk.col(j) - clusters.centres.col(label)).squaredNorm();
    }
  });
  return distance;
}

template <class T>
void move_centres(ConstBatch<T> samples, Eigen::VectorXd& distance, Clustering<T>& clusters) {
  Eigen::VectorXd sizes = Eigen::VectorXd::Zero(clusters.centres.cols());
  Matrix<T> sums = Matrix<T>::Zero(clusters.centres.rows(), clusters.centres.cols());
  for (Index j = 0; j < samples.cols(); ++j) {
    const Index k = clusters.labels[static_cast<std::size_t>(j)];
    sums.col(k) += samples.col(j);
    sizes(k) += 1.0;
  }
  for (Index k = 0; k < sizes.size(); ++k) {
    if (sizes(k) > 0.0) {
      clusters.centres.col(k) = sums.col(k) / sizes(k);
      continue;
    }
    Index farthest = 0;
    distance.maxCoeff(&farthest);
    clusters.centres.col(k) = samples.col(farthest);
    distance(farthest) = 0.0;  // another empty cluster takes the next one
  }
}

}  // namespace

template <class T>
Clustering<T> kmeans(ConstBatch<T> samples, Index components, int passes,
                     const RandomStream& random, int threads) {
  const linalg::SingleThreadedBlas blas;
  Clustering<T> clusters;
  clusters.centres = seed_centres<T>(samples, components, random, threads);
  Eigen::VectorXd distance = assign<T>(samples, threads, clusters);
  for (int pass = 0; pass < passes; ++pass) {
    const std::vector<Index> before = clusters.labels;
    move_centres<T>(samples, distance, clusters);
    distance = assign<T>(samples, threads, clusters);
    if (clusters.labels == before) break;
  }
  clusters.distortion = distance.sum();
  return clusters;
}

#define PELLUCID_INSTANTIATE(T) \
  template Clustering<T> kmeans<T>(ConstBatch<T>, Index, int, const RandomStream&, int);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
