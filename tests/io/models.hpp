// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <complex>
#include <vector>

#include "pellucid/model/model.hpp"
#include "support/random_priors.hpp"

namespace pellucid::test {

/// Hermitian and positive definite, with entries that tell a matrix from its transpose.
template <class T>
Matrix<T> some_covariance(Index dim) {
  const Matrix<T> root = Matrix<T>::Random(dim, dim);
  return root * root.adjoint() + Matrix<T>::Identity(dim, dim);
}

template <class T>
Gaussian<T> some_gaussian(Index dim) {
  return {Vector<T>::Random(dim), some_covariance<T>(dim)};
}

template <class T>
GaussianMixture<T> some_mixture(Index dim, Index components) {
  GaussianMixture<T> prior;
  prior.weights = Eigen::VectorXd::Constant(components, 1.0 / static_cast<double>(components));
  prior.means = Matrix<T>::Random(dim, components);
  for (Index k = 0; k < components; ++k) prior.covariances.push_back(some_covariance<T>(dim));
  return prior;
}

template <class T>
LowRank<T> some_low_rank(Index dim, Index rank) {
  Generator generator(1);
  const Matrix<T> basis = random_unitary<T>(dim, generator).leftCols(rank);
  return {Vector<T>::Random(dim), basis, Eigen::VectorXd::LinSpaced(rank, 2.0, 1.0)};
}

/// A model in units of its own, with every optional part set.
template <class T>
Model some_model(PriorOf<T> prior, std::vector<Index> shape) {
  Model model;
  model.prior = std::move(prior);
  model.shape = std::move(shape);
  model.offset = Vector<T>::Random(model.dim()).template cast<std::complex<double>>();
  model.scale = 0.1;
  model.power = 0.01;
  model.schedule = Schedule({ScheduleKind::quad, 50, 1e-4, 0.2});
  model.calibration.entries = {{-10.0, 4}, {0.5, 1}};
  model.settings = R"({"seed":1})";
  return model;
}

}  // namespace pellucid::test
