// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/gaussian.hpp"

#include <fmt/format.h>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "prior/blocks.hpp"
#include "prior/centred_sums.hpp"
#include "prior/coloured_draws.hpp"
#include "prior/covariance.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

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
  auto [mean, covariance] = mean_and_covariance(clean, threads, monitor);
  Gaussian<T> prior{std::move(mean), std::move(covariance)};
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
