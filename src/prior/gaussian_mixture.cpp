// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/gaussian_mixture.hpp"

#include <fmt/format.h>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/base/random.hpp"
#include "prior/blocks.hpp"
#include "prior/covariance.hpp"
#include "prior/mixture_weights.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

namespace {

std::string covariance_name(Index k) { return fmt::format("covariances[{}]", k); }

/// Colours the white columns `chosen` of `samples` in place.
template <class T>
void colour(const GaussianMixture<T>& prior, Index k, const std::vector<Index>& chosen,
            Matrix<T>& samples) {
  const Matrix<T> root =
      square_root(prior.covariances[static_cast<std::size_t>(k)], covariance_name(k));
  const Index count = static_cast<Index>(chosen.size());
  Matrix<T> white(prior.dim(), std::min(chunk_samples, count));
  Matrix<T> coloured(prior.dim(), white.cols());
  for (Index start = 0; start < count; start += chunk_samples) {
    const Index size = std::min(chunk_samples, count - start);
    const Index* columns = chosen.data() + start;
    for (Index j = 0; j < size; ++j) white.col(j) = samples.col(columns[j]);
    linalg::multiply<T>(linalg::Op::none, T(1.0), root, white.leftCols(size), T(0.0),
                        coloured.leftCols(size));
    for (Index j = 0; j < size; ++j) {
      samples.col(columns[j]) = prior.means.col(k) + coloured.col(j);
    }
  }
}

}  // namespace

template <class T>
void GaussianMixture<T>::validate() const {
  check_weights(weights);
  check_means(means, components());
  if (static_cast<Index>(covariances.size()) != components()) {
    throw Error(fmt::format("covariances: hold {} components, weights {}: must agree",
                            covariances.size(), components()));
  }
  for (Index k = 0; k < components(); ++k) {
    check_covariance(covariances[static_cast<std::size_t>(k)], dim(), covariance_name(k));
  }
}

template <class T>
Gaussian<T> moments(const GaussianMixture<T>& prior) {
  Gaussian<T> whole{prior.means * prior.weights.template cast<T>(),
                    scatter_of_means(prior.means, prior.weights)};
  for (Index k = 0; k < prior.components(); ++k) {
    whole.covariance += T(prior.weights(k)) * prior.covariances[static_cast<std::size_t>(k)];
  }
  // Summation order differs across the diagonal: restores exact symmetry.
  linalg::fill_upper<T>(whole.covariance);
  return whole;
}

template <class T>
double average_variance(const GaussianMixture<T>& prior) {
  double sum = spread_of_means(prior.means, prior.weights);
  for (Index k = 0; k < prior.components(); ++k) {
    sum +=
        prior.weights(k) * prior.covariances[static_cast<std::size_t>(k)].diagonal().real().sum();
  }
  return sum / static_cast<double>(prior.dim());
}

template <class T>
Matrix<T> draw(const GaussianMixture<T>& prior, Index count, std::uint64_t seed, Index first) {
  const linalg::SingleThreadedBlas blas;
  const RandomStream random(seed, Purpose::prior_draw);
  Matrix<T> samples(prior.dim(), count);
  random.normal<T>(static_cast<std::uint64_t>(first), 0, samples);
  const auto chosen = choose_components(prior.weights, count, seed, first);
  for (Index k = 0; k < prior.components(); ++k) {
    const auto& columns = chosen[static_cast<std::size_t>(k)];
    if (!columns.empty()) colour(prior, k, columns, samples);
  }
  return samples;
}

template <class T>
Eigen::MatrixXd joint_log_density(const GaussianMixture<T>& prior, ConstBatch<T> x,
                                  double noise_variance, int threads) {
  check_observation<T>(prior.dim(), x, noise_variance);
  const linalg::SingleThreadedBlas blas;
  // One column a component while it is filled, so that threads write to separate places.
  Eigen::MatrixXd joint(x.cols(), prior.components());
  parallel_for(prior.components(), threads, [&](Index k, int) {
    if (prior.weights(k) == 0.0) {
      joint.col(k).setConstant(-std::numeric_limits<double>::infinity());
      return;
    }
    normal_log_density<T>(prior.means.col(k), prior.covariances[static_cast<std::size_t>(k)],
                          noise_variance, x, covariance_name(k), joint.col(k));
    joint.col(k).array() += std::log(prior.weights(k));
  });
  return joint.transpose();
}

template <class T>
Eigen::VectorXd log_density(const GaussianMixture<T>& prior, ConstBatch<T> x, double noise_variance,
                            int threads) {
  return log_sums(joint_log_density<T>(prior, x, noise_variance, threads));
}

template <class T>
Eigen::MatrixXd posterior_weights(const GaussianMixture<T>& prior, ConstBatch<T> x,
                                  double noise_variance, int threads) {
  return weights_from_logs(joint_log_density<T>(prior, x, noise_variance, threads));
}

template <class T>
double parameter_count(const GaussianMixture<T>& prior) {
  return mixture_parameter_count<T>(prior.dim(), prior.components());
}

template <class T>
double mixture_parameter_count(Index dim, Index components) {
  const double n = static_cast<double>(dim), k = static_cast<double>(components);
  const double component = is_complex<T> ? 2.0 * n + n * n : n + n * (n + 1.0) / 2.0;
  return k - 1.0 + k * component;
}

template <class T>
double bic(const GaussianMixture<T>& prior, double log_likelihood, Index samples) {
  return -2.0 * log_likelihood + parameter_count(prior) * std::log(static_cast<double>(samples));
}

#define PELLUCID_INSTANTIATE(T)                                                                   \
  template struct GaussianMixture<T>;                                                             \
  template Gaussian<T> moments<T>(const GaussianMixture<T>&);                                     \
  template double average_variance<T>(const GaussianMixture<T>&);                                 \
  template Matrix<T> draw<T>(const GaussianMixture<T>&, Index, std::uint64_t, Index);             \
  template Eigen::MatrixXd joint_log_density<T>(const GaussianMixture<T>&, ConstBatch<T>, double, \
                                                int);                                             \
  template Eigen::VectorXd log_density<T>(const GaussianMixture<T>&, ConstBatch<T>, double, int); \
  template Eigen::MatrixXd posterior_weights<T>(const GaussianMixture<T>&, ConstBatch<T>, double, \
                                                int);                                             \
  template double parameter_count<T>(const GaussianMixture<T>&);                                  \
  template double mixture_parameter_count<T>(Index, Index);                                       \
  template double bic<T>(const GaussianMixture<T>&, double, Index);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
