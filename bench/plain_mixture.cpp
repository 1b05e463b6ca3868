// SPDX-License-Identifier: BSD-3-Clause
#include "plain_mixture.hpp"

#include <fmt/format.h>

#include <cmath>

#include "pellucid/base/error.hpp"

namespace pellucid::bench {

template <class T>
PlainMixture<T>::PlainMixture(const GaussianMixture<T>& prior, double noise_variance)
    : prior_(prior) {
  for (const Matrix<T>& covariance : prior.covariances) {
    Matrix<T> noisy = covariance;
    noisy.diagonal().array() += T(noise_variance);
    factors_.emplace_back(noisy);
    if (factors_.back().info() != Eigen::Success) throw Error("a covariance is singular");
  }
}

template <class T>
Eigen::MatrixXd PlainMixture<T>::posterior_weights(const Matrix<T>& y) const {
  // log p_k = log w_k - c (d^H S^-1 d + log det S) + const, c = 1 complex, 1/2 real.
  const double c = is_complex<T> ? 1.0 : 0.5;
  Eigen::MatrixXd log_weights(prior_.components(), y.cols());
  for (Index k = 0; k < prior_.components(); ++k) {
    const auto& factor = factors_[static_cast<std::size_t>(k)];
    const Matrix<T> white = factor.matrixL().solve(y.colwise() - prior_.means.col(k));
    const double log_det = 2.0 * factor.matrixLLT().diagonal().real().array().log().sum();
    log_weights.row(k) = -c * (white.colwise().squaredNorm().array() + log_det);
    log_weights.row(k).array() += std::log(prior_.weights(k));
  }
  const Eigen::RowVectorXd largest = log_weights.colwise().maxCoeff();
  log_weights.rowwise() -= largest;
  Eigen::MatrixXd weights = log_weights.array().exp();
  weights.array().rowwise() /= weights.colwise().sum().array().eval();
  return weights;
}

template <class T>
Matrix<T> PlainMixture<T>::conditional_mean(const Matrix<T>& y) const {
  const Eigen::MatrixXd weights = posterior_weights(y);
  Matrix<T> mean = Matrix<T>::Zero(y.rows(), y.cols());
  for (Index k = 0; k < prior_.components(); ++k) {
    const auto i = static_cast<std::size_t>(k);
    const Matrix<T> solved = factors_[i].solve(y.colwise() - prior_.means.col(k));
    Matrix<T> filtered = prior_.covariances[i] * solved;
    filtered.colwise() += prior_.means.col(k);
    mean += filtered * weights.row(k).template cast<T>().asDiagonal();
  }
  return mean;
}

template <class T>
GaussianMixture<T> PlainMixture<T>::em_pass(const Matrix<T>& samples) const {
  const Eigen::MatrixXd weights = posterior_weights(samples);
  GaussianMixture<T> next;
  next.weights = weights.rowwise().sum() / static_cast<double>(samples.cols());
  next.means.resize(samples.rows(), prior_.components());
  for (Index k = 0; k < prior_.components(); ++k) {
    const Vector<T> p = weights.row(k).transpose().template cast<T>();
    const T count = p.sum();
    next.means.col(k) = samples * p / count;
    const Matrix<T> centred = samples.colwise() - next.means.col(k);
    next.covariances.push_back(centred * p.asDiagonal() * centred.adjoint() / count);
  }
  return next;
}

void require_close(const std::string& name, const Matrix<std::complex<double>>& result,
                   const Matrix<std::complex<double>>& expected, double tolerance) {
  const double worst =
      ((result - expected).colwise().norm().array() / expected.colwise().norm().array())
          .maxCoeff<Eigen::PropagateNaN>();
  if (worst <= tolerance) return;
  throw Error(fmt::format("{}: off by {:.2g} relative, at most {:.2g} allowed: not timed", name,
                          worst, tolerance));
}

template class PlainMixture<double>;
template class PlainMixture<std::complex<double>>;

}  // namespace pellucid::bench
