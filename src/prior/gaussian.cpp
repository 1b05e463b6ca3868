// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/gaussian.hpp"

#include <fmt/format.h>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "prior/blocks.hpp"
#include "prior/coloured_draws.hpp"
#include "prior/covariance.hpp"
#include "prior/normal_density.hpp"
#include "prior/scatter.hpp"

namespace pellucid {

namespace {

Members everyone(Index count) {
  Members members;
  for (Index j = 0; j < count; ++j) members.add(j, 1.0);
  return members;
}

}  // namespace

template <class T>
void Gaussian<T>::validate() const {
  if (dim() == 0) throw Error("mean: is empty: a prior has at least one entry");
  if (!mean.allFinite()) throw Error("mean: has an entry that is not finite: remove NaN, infinity");
  check_covariance(covariance, dim(), "covariance");
}

template <class T>
double average_variance(const Gaussian<T>& prior) {
  return prior.covariance.diagonal().real().mean();
}

template <class T>
Gaussian<T> fit_gaussian(const SampleSource<T>& clean, int threads, Monitor* monitor) {
  check_not_empty(clean, "Gaussian fit");
  const Index n = clean.dim(), count = clean.count(), block = std::min(count, block_samples(n));
  const Task task(monitor, "measuring mean and covariance", static_cast<double>(count));
  Matrix<T> samples(n, block);
  ScatterSums<T> sums;
  for (Index first = 0; first < count; first += block) {
    auto part = samples.leftCols(std::min(block, count - first));
    read_finite<T>(clean, first, part);
    // A shift near the mean keeps the second moments from cancelling.
    if (first == 0) sums.reset(part.rowwise().mean());
    sums.add(part, {everyone(part.cols())}, threads);
    task.update(static_cast<double>(first + part.cols()));
  }
  sums.centred(0, sums.second[0]);
  Gaussian<T> prior{sums.mean(0), std::move(sums.second[0])};
  prior.covariance /= T(static_cast<double>(count));
  // Rounding may leave a constant entry a variance below zero.
  prior.covariance.diagonal() = prior.covariance.diagonal().real().cwiseMax(0.0).template cast<T>();
  if (!prior.mean.allFinite() || !prior.covariance.allFinite()) {
    throw Error("Gaussian fit: the variance exceeds the range of double precision: scale the data");
  }
  return prior;
}

template <class T>
Matrix<T> draw(const Gaussian<T>& prior, Index count, std::uint64_t seed, Index first) {
  const linalg::SingleThreadedBlas blas;
  return coloured_draws<T>(prior.mean, square_root(prior.covariance, "covariance"), count, seed,
                           first);
}

template <class T>
Eigen::VectorXd log_density(const Gaussian<T>& prior, ConstBatch<T> x, double noise_variance) {
  check_observation<T>(prior.dim(), x, noise_variance);
  Eigen::VectorXd out(x.cols());
  normal_log_density<T>(prior.mean, prior.covariance, noise_variance, x, "covariance", out);
  return out;
}

#define PELLUCID_INSTANTIATE(T)                                                \
  template struct Gaussian<T>;                                                 \
  template double average_variance<T>(const Gaussian<T>&);                     \
  template Gaussian<T> fit_gaussian<T>(const SampleSource<T>&, int, Monitor*); \
  template Matrix<T> draw<T>(const Gaussian<T>&, Index, std::uint64_t, Index); \
  template Eigen::VectorXd log_density<T>(const Gaussian<T>&, ConstBatch<T>, double);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
