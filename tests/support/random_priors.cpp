// SPDX-License-Identifier: BSD-3-Clause
#include "support/random_priors.hpp"

#include <Eigen/QR>

namespace pellucid::test {

template <class T>
Matrix<T> random_unitary(Index dim, Generator& generator) {
  return Eigen::HouseholderQR<Matrix<T>>(normal_matrix<T>(dim, dim, generator)).householderQ();
}

namespace {

// Between 0.02 and 2, log-uniform.
Eigen::MatrixXd random_variances(Index rows, Index cols, Generator& generator) {
  std::uniform_real_distribution<double> uniform(std::log(0.02), std::log(2.0));
  Eigen::MatrixXd v(rows, cols);
  for (double& entry : v.reshaped()) entry = std::exp(uniform(generator));
  return v;
}

}  // namespace

template <class T>
DiagonalMixture<T> random_diagonal_mixture(CovarianceType type, Index n1, Index n2,
                                           Index components, Generator& generator, double spread) {
  const Index dim = n1 * n2;
  const GaussianMixture<T> mixture = random_mixture<T>(1, components, generator);
  DiagonalMixture<T> prior;
  prior.covariance = type;
  prior.weights = mixture.weights;
  prior.means = T(spread) * normal_matrix<T>(dim, components, generator);
  prior.variances = random_variances(dim, components, generator);
  if (type == CovarianceType::tied) {
    prior.eigenvectors = random_unitary<T>(dim, generator);
    prior.variances = prior.variances.col(0).replicate(1, components).eval();
  }
  if (type == CovarianceType::spherical) {
    prior.variances = prior.variances.row(0).replicate(dim, 1).eval();
  }
  if (type == CovarianceType::circulant) prior.blocks = {dim};
  if (type == CovarianceType::block_circulant) prior.blocks = {n1, n2};
  if (!prior.blocks.empty() && !is_complex<T>) {
    const Index rows = prior.blocks.size() == 2 ? n1 : 1, cols = dim / rows;
    const Eigen::MatrixXd v = prior.variances;
    for (Index i = 0; i < dim; ++i) {
      const Index mirrored = (rows - i / cols) % rows * cols + (cols - i % cols) % cols;
      prior.variances.row(i) = (v.row(i) + v.row(mirrored)) / 2;
    }
  }
  return prior;
}

template <class T>
FactorMixture<T> random_factor_mixture(Index dim, Index rank, Index components,
                                       Generator& generator, double spread) {
  const GaussianMixture<T> mixture = random_mixture<T>(1, components, generator);
  FactorMixture<T> prior{mixture.weights,
                         T(spread) * normal_matrix<T>(dim, components, generator),
                         {},
                         random_variances(dim, components, generator)};
  for (Index k = 0; k < components; ++k) {
    prior.factors.push_back(normal_matrix<T>(dim, rank, generator));
  }
  return prior;
}

#define PELLUCID_INSTANTIATE(T)                                                            \
  template DiagonalMixture<T> random_diagonal_mixture(CovarianceType, Index, Index, Index, \
                                                      Generator&, double);                 \
  template FactorMixture<T> random_factor_mixture(Index, Index, Index, Generator&, double);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

template Matrix<double> random_unitary(Index, Generator&);
template Matrix<std::complex<double>> random_unitary(Index, Generator&);

}  // namespace pellucid::test
