// SPDX-License-Identifier: BSD-3-Clause
#include "mixtures.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pellucid/io/npy.hpp"

namespace pellucid::bench {
namespace {

template <class T>
Matrix<T> read_samples(const std::string& path) {
  return to_samples<T>(read_npy(path), path);
}

}  // namespace

template <class T>
Matrix<T> normal_matrix(Index rows, Index cols, std::mt19937_64& generator) {
  std::normal_distribution<double> normal;
  if constexpr (is_complex<T>) {
    const auto entry = [&] {
      const double real = normal(generator);
      return T(real, normal(generator)) / std::sqrt(2.0);
    };
    return Matrix<T>::NullaryExpr(rows, cols, entry);
  } else {
    return Matrix<T>::NullaryExpr(rows, cols, [&] { return normal(generator); });
  }
}

template <class T>
GaussianMixture<T> read_mixture(const std::string& prefix) {
  GaussianMixture<T> mixture;
  mixture.weights = read_samples<double>(prefix + ".weights.npy").transpose();
  mixture.means = read_samples<T>(prefix + ".means.npy");
  const Matrix<T> covariances = read_samples<T>(prefix + ".covariances.npy");
  const Index dim = mixture.means.rows();
  if (covariances.rows() != dim * dim || covariances.cols() != mixture.components()) {
    throw Error(prefix + ": shapes of weights, means and covariances do not agree");
  }
  for (Index k = 0; k < covariances.cols(); ++k) {
    // C order: entry (i, j) at i N + j, so that a column-major view of it is the transpose.
    const Eigen::Map<const Matrix<T>> rows(covariances.col(k).data(), dim, dim);
    mixture.covariances.push_back(rows.transpose());
  }
  return mixture;
}

template <class T>
GaussianMixture<T> random_mixture(Index dim, Index components, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::uniform_real_distribution<double> uniform(0.5, 1.5);
  const Index rank = std::min<Index>(dim, 64);
  const Eigen::VectorXd deviations =
      Eigen::VectorXd::LinSpaced(rank, 1.0, static_cast<double>(rank)).cwiseSqrt().cwiseInverse();
  GaussianMixture<T> mixture;
  mixture.weights = Eigen::VectorXd::NullaryExpr(components, [&] { return uniform(generator); });
  mixture.weights /= mixture.weights.sum();
  mixture.means = 0.5 * normal_matrix<T>(dim, components, generator);
  mixture.means.colwise() -= (mixture.means * mixture.weights.template cast<T>()).eval();
  for (Index k = 0; k < components; ++k) {
    const Matrix<T> factors =
        normal_matrix<T>(dim, rank, generator) * deviations.template cast<T>().asDiagonal();
    Matrix<T> covariance = factors * factors.adjoint() / T(deviations.squaredNorm());
    covariance.diagonal().array() += T(0.01);
    // Exactly Hermitian, as `validate` asks.
    mixture.covariances.push_back((covariance + covariance.adjoint()) / T(2.0));
  }
  const double power = average_variance(mixture);
  mixture.means /= T(std::sqrt(power));
  for (auto& covariance : mixture.covariances) covariance /= T(power);
  return mixture;
}

template <class T>
Model model_of(GaussianMixture<T> prior) {
  Model model;
  model.shape = {prior.dim()};
  model.offset = Eigen::VectorXcd::Zero(prior.dim());
  if constexpr (is_complex<T>) {
    model.prior = ComplexPrior(std::move(prior));
  } else {
    model.prior = RealPrior(std::move(prior));
  }
  return model;
}

template GaussianMixture<double> read_mixture(const std::string&);
template GaussianMixture<std::complex<double>> read_mixture(const std::string&);
template GaussianMixture<double> random_mixture(Index, Index, std::uint64_t);
template GaussianMixture<std::complex<double>> random_mixture(Index, Index, std::uint64_t);
template Model model_of(GaussianMixture<double>);
template Model model_of(GaussianMixture<std::complex<double>>);
template Matrix<double> normal_matrix(Index, Index, std::mt19937_64&);
template Matrix<std::complex<double>> normal_matrix(Index, Index, std::mt19937_64&);

}  // namespace pellucid::bench
