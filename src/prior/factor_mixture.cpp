// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/factor_mixture.hpp"

#include <fmt/format.h>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/base/random.hpp"
#include "prior/blocks.hpp"
#include "prior/factored_covariance.hpp"
#include "prior/mixture_weights.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

namespace {

template <class T>
void check_factors(const FactorMixture<T>& prior, Index k) {
  const Matrix<T>& w = prior.factors[static_cast<std::size_t>(k)];
  if (w.rows() != prior.dim() || w.cols() != prior.rank() || w.cols() == 0) {
    throw Error(
        fmt::format("factors[{}]: is {} x {}: must be {} x {} like the others, 1 factor "
                    "at least",
                    k, w.rows(), w.cols(), prior.dim(), std::max<Index>(1, prior.rank())));
  }
  if (!w.allFinite()) {
    throw Error(
        fmt::format("factors[{}]: has an entry that is not finite: remove NaN, infinity", k));
  }
  const auto d = prior.noise_variances.col(k);
  if (!d.allFinite() || d.minCoeff() < 0.0) {
    throw Error(
        fmt::format("noise_variances[{}]: has an entry that is negative or not finite: a "
                    "variance is at least 0",
                    k));
  }
}

template <class T>
Matrix<T> covariance(const FactorMixture<T>& prior, Index k) {
  const Matrix<T>& w = prior.factors[static_cast<std::size_t>(k)];
  Matrix<T> c = w * w.adjoint();
  c.diagonal() += prior.noise_variances.col(k).template cast<T>();
  linalg::fill_upper<T>(c);
  return c;
}

/// `log w_k + log N(x_j; m_k, C_k + v I)` into `joint`.
template <class T>
void component_log_density(const FactorMixture<T>& prior, Index k, ConstBatch<T> x,
                           double noise_variance, Eigen::Ref<Eigen::VectorXd> joint) {
  const Matrix<T>& w = prior.factors[static_cast<std::size_t>(k)];
  const Eigen::VectorXd e = prior.noise_variances.col(k).array() + noise_variance;
  if (!(e.minCoeff() > 0.0)) {
    throw Error(
        fmt::format("component {}: no variance beside its factors with noise variance {:.3g}, so "
                    "there is no density: give a noise variance above 0",
                    k, noise_variance));
  }
  const FactoredCovariance<T> solver(w, e);
  const double n = static_cast<double>(prior.dim());
  const double peak = std::log(prior.weights(k)) -
                      quadratic_weight<T> * (n * std::log(circle<T>) + solver.log_det());
  Matrix<T> d, u(w.cols(), chunk_samples);
  for (Index first = 0; first < x.cols(); first += chunk_samples) {
    const Index count = std::min(chunk_samples, x.cols() - first);
    d = x.middleCols(first, count).colwise() - prior.means.col(k);
    auto factors = u.leftCols(count);
    linalg::multiply<T>(linalg::Op::none, T(1), solver.gain(), d, T(0), factors);
    linalg::multiply<T>(linalg::Op::none, T(-1), w, factors, T(1), d);
    const Eigen::VectorXd energy =
        d.cwiseAbs2().transpose() * e.cwiseInverse() + factors.colwise().squaredNorm().transpose();
    joint.segment(first, count) = peak - quadratic_weight<T> * energy.array();
  }
}

}  // namespace

template <class T>
void FactorMixture<T>::validate() const {
  check_weights(weights);
  check_means(means, components());
  if (static_cast<Index>(factors.size()) != components() ||
      noise_variances.cols() != components() || noise_variances.rows() != dim()) {
    throw Error(
        fmt::format("factors, noise_variances: hold {} and {} components, weights {}: must "
                    "agree",
                    factors.size(), noise_variances.cols(), components()));
  }
  for (Index k = 0; k < components(); ++k) check_factors(*this, k);
}

template <class T>
GaussianMixture<T> dense(const FactorMixture<T>& prior) {
  GaussianMixture<T> all{prior.weights, prior.means, {}};
  for (Index k = 0; k < prior.components(); ++k) all.covariances.push_back(covariance(prior, k));
  return all;
}

template <class T>
Gaussian<T> moments(const FactorMixture<T>& prior) {
  Gaussian<T> whole{prior.means * prior.weights.template cast<T>(),
                    scatter_of_means(prior.means, prior.weights)};
  for (Index k = 0; k < prior.components(); ++k) {
    whole.covariance += T(prior.weights(k)) * covariance(prior, k);
  }
  linalg::fill_upper<T>(whole.covariance);
  return whole;
}

template <class T>
double average_variance(const FactorMixture<T>& prior) {
  double sum = spread_of_means(prior.means, prior.weights);
  for (Index k = 0; k < prior.components(); ++k) {
    sum += prior.weights(k) * (prior.factors[static_cast<std::size_t>(k)].squaredNorm() +
                               prior.noise_variances.col(k).sum());
  }
  return sum / static_cast<double>(prior.dim());
}

// The factors' numbers come first, then those of the entries.
template <class T>
Matrix<T> draw(const FactorMixture<T>& prior, Index count, std::uint64_t seed, Index first) {
  const linalg::SingleThreadedBlas blas;
  const RandomStream random(seed, Purpose::prior_draw);
  const Index r = prior.rank();
  Matrix<T> white(r + prior.dim(), count), samples(prior.dim(), count);
  random.normal<T>(static_cast<std::uint64_t>(first), 0, white);
  const auto chosen = choose_components(prior.weights, count, seed, first);
  for (Index k = 0; k < prior.components(); ++k) {
    const Vector<T> deviation = prior.noise_variances.col(k).cwiseSqrt().template cast<T>();
    for (const Index j : chosen[static_cast<std::size_t>(k)]) {
      samples.col(j) = prior.means.col(k) + white.col(j).tail(prior.dim()).cwiseProduct(deviation);
      samples.col(j) += prior.factors[static_cast<std::size_t>(k)] * white.col(j).head(r);
    }
  }
  return samples;
}

template <class T>
Eigen::MatrixXd joint_log_density(const FactorMixture<T>& prior, ConstBatch<T> x,
                                  double noise_variance, int threads) {
  check_observation<T>(prior.dim(), x, noise_variance);
  const linalg::SingleThreadedBlas blas;
  Eigen::MatrixXd joint(x.cols(), prior.components());
  parallel_for(prior.components(), threads, [&](Index k, int) {
    component_log_density<T>(prior, k, x, noise_variance, joint.col(k));
  });
  return joint.transpose();
}

template <class T>
Eigen::VectorXd log_density(const FactorMixture<T>& prior, ConstBatch<T> x, double noise_variance,
                            int threads) {
  return log_sums(joint_log_density<T>(prior, x, noise_variance, threads));
}

template <class T>
Eigen::MatrixXd posterior_weights(const FactorMixture<T>& prior, ConstBatch<T> x,
                                  double noise_variance, int threads) {
  return weights_from_logs(joint_log_density<T>(prior, x, noise_variance, threads));
}

template <class T>
double parameter_count(const FactorMixture<T>& prior) {
  const auto k = static_cast<double>(prior.components()), n = static_cast<double>(prior.dim());
  const auto r = static_cast<double>(prior.rank());
  // A rotation of the factors, r (r - 1) / 2 real or r^2 complex parameters, changes nothing.
  const double factors = is_complex<T> ? 2.0 * n * r - r * r : n * r - r * (r - 1.0) / 2.0;
  return k - 1.0 + k * ((is_complex<T> ? 2.0 : 1.0) * n + n + factors);
}

template <class T>
double bic(const FactorMixture<T>& prior, double log_likelihood, Index samples) {
  return -2.0 * log_likelihood + parameter_count(prior) * std::log(static_cast<double>(samples));
}

#define PELLUCID_INSTANTIATE(T)                                                                 \
  template struct FactorMixture<T>;                                                             \
  template GaussianMixture<T> dense<T>(const FactorMixture<T>&);                                \
  template Gaussian<T> moments<T>(const FactorMixture<T>&);                                     \
  template double average_variance<T>(const FactorMixture<T>&);                                 \
  template Matrix<T> draw<T>(const FactorMixture<T>&, Index, std::uint64_t, Index);             \
  template Eigen::MatrixXd joint_log_density<T>(const FactorMixture<T>&, ConstBatch<T>, double, \
                                                int);                                           \
  template Eigen::VectorXd log_density<T>(const FactorMixture<T>&, ConstBatch<T>, double, int); \
  template Eigen::MatrixXd posterior_weights<T>(const FactorMixture<T>&, ConstBatch<T>, double, \
                                                int);                                           \
  template double parameter_count<T>(const FactorMixture<T>&);                                  \
  template double bic<T>(const FactorMixture<T>&, double, Index);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
