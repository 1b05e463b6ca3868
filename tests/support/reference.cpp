// SPDX-License-Identifier: BSD-3-Clause
#include "support/reference.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <cmath>
#include <numbers>

namespace pellucid::reference {

template <class T>
double log_normal(const Vector<T>& x, const Vector<T>& mean, const Matrix<T>& covariance) {
  const Eigen::SelfAdjointEigenSolver<Matrix<T>> eigen(covariance);
  const Vector<T> d = x - mean;
  const double log_det = eigen.eigenvalues().array().log().sum();
  const double square =
      ((eigen.eigenvectors().adjoint() * d).cwiseAbs2().array() / eigen.eigenvalues().array())
          .sum();
  const double n = static_cast<double>(x.size());
  if constexpr (is_complex<T>) return -square - log_det - n * std::log(std::numbers::pi);
  return -0.5 * (square + log_det + n * std::log(2.0 * std::numbers::pi));
}

template <class T>
Matrix<T> add_noise(Matrix<T> covariance, double variance) {
  covariance.diagonal().array() += T(variance);
  return covariance;
}

template <class T>
Matrix<T> inverse(const Matrix<T>& matrix) {
  return matrix.inverse();
}

template <class T>
Vector<T> wiener(const Vector<T>& mean, const Matrix<T>& covariance, double variance,
                 const Vector<T>& y) {
  const Vector<T> d = y - mean;
  return mean + covariance * inverse<T>(add_noise(covariance, variance)) * d;
}

template <class T>
Eigen::VectorXd joint_log_density(const GaussianMixture<T>& prior, const Vector<T>& y,
                                  double variance) {
  Eigen::VectorXd joint(prior.components());
  for (Index k = 0; k < prior.components(); ++k) {
    const Matrix<T> c = add_noise(prior.covariances[static_cast<std::size_t>(k)], variance);
    joint(k) = std::log(prior.weights(k)) + log_normal<T>(y, prior.means.col(k), c);
  }
  return joint;
}

template <class T>
double log_density(const GaussianMixture<T>& prior, const Vector<T>& y, double variance) {
  const Eigen::VectorXd joint = reference::joint_log_density(prior, y, variance);
  const double largest = joint.maxCoeff();
  return largest + std::log((joint.array() - largest).exp().sum());
}

template <class T>
Eigen::VectorXd posterior_weights(const GaussianMixture<T>& prior, const Vector<T>& y,
                                  double variance) {
  return (reference::joint_log_density(prior, y, variance).array() -
          reference::log_density(prior, y, variance))
      .exp();
}

template <class T>
Vector<T> conditional_mean(const GaussianMixture<T>& prior, const Vector<T>& y, double variance) {
  const Eigen::VectorXd weights = reference::posterior_weights(prior, y, variance);
  Vector<T> mean = Vector<T>::Zero(y.size());
  for (Index k = 0; k < prior.components(); ++k) {
    mean += T(weights(k)) * wiener<T>(prior.means.col(k),
                                      prior.covariances[static_cast<std::size_t>(k)], variance, y);
  }
  return mean;
}

template <class T>
GaussianMixture<T> em_pass(const GaussianMixture<T>& prior, const Matrix<T>& samples, double kappa,
                           const Matrix<T>& centre) {
  const Index count = samples.cols();
  Eigen::MatrixXd r(prior.components(), count);
  for (Index j = 0; j < count; ++j)
    r.col(j) = reference::posterior_weights<T>(prior, samples.col(j));
  GaussianMixture<T> next = prior;
  for (Index k = 0; k < prior.components(); ++k) {
    const double weight = r.row(k).sum();
    next.weights(k) = weight / static_cast<double>(count);
    next.means.col(k) = samples * r.row(k).transpose().template cast<T>() / T(weight);
    Matrix<T> scatter = T(kappa) * centre;
    for (Index j = 0; j < count; ++j) {
      const Vector<T> d = samples.col(j) - next.means.col(k);
      scatter += T(r(k, j)) * d * d.adjoint();
    }
    next.covariances[static_cast<std::size_t>(k)] = scatter / T(weight + kappa);
  }
  return next;
}

#define PELLUCID_INSTANTIATE(T)                                                                \
  template double log_normal<T>(const Vector<T>&, const Vector<T>&, const Matrix<T>&);         \
  template Matrix<T> add_noise<T>(Matrix<T>, double);                                          \
  template Matrix<T> inverse<T>(const Matrix<T>&);                                             \
  template Vector<T> wiener<T>(const Vector<T>&, const Matrix<T>&, double, const Vector<T>&);  \
  template Eigen::VectorXd joint_log_density<T>(const GaussianMixture<T>&, const Vector<T>&,   \
                                                double);                                       \
  template double log_density<T>(const GaussianMixture<T>&, const Vector<T>&, double);         \
  template Eigen::VectorXd posterior_weights<T>(const GaussianMixture<T>&, const Vector<T>&,   \
                                                double);                                       \
  template Vector<T> conditional_mean<T>(const GaussianMixture<T>&, const Vector<T>&, double); \
  template GaussianMixture<T> em_pass<T>(const GaussianMixture<T>&, const Matrix<T>&, double,  \
                                         const Matrix<T>&);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid::reference
