// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "pellucid/io/npy.hpp"
#include "pellucid/prior/gaussian_mixture.hpp"

namespace pellucid::test {

/// Samples of `tests/data/golden/NAME.npy` as columns; a vector of n numbers is 1 x n.
template <class T>
Matrix<T> golden(const std::string& name) {
  const std::string path = PELLUCID_TEST_DATA "/golden/" + name + ".npy";
  return to_samples<T>(read_npy(path), path);
}

/// The mixture `NAME.weights`, `.means`, `.covariances`.
template <class T>
GaussianMixture<T> golden_mixture(const std::string& name) {
  GaussianMixture<T> mixture;
  mixture.weights = golden<double>(name + ".weights").transpose();
  mixture.means = golden<T>(name + ".means");
  const Matrix<T> covariances = golden<T>(name + ".covariances");
  const Index dim = mixture.means.rows();
  for (Index k = 0; k < covariances.cols(); ++k) {
    // C order: entry (i, j) at i N + j, so a column-major view of it is the transpose.
    const Eigen::Map<const Matrix<T>> rows(covariances.col(k).data(), dim, dim);
    mixture.covariances.push_back(rows.transpose());
  }
  return mixture;
}

/// max |a - b| / max |b|.
template <class A, class B>
double relative_error(const Eigen::MatrixBase<A>& a, const Eigen::MatrixBase<B>& b) {
  return static_cast<double>((a - b).cwiseAbs().maxCoeff()) /
         static_cast<double>(b.cwiseAbs().maxCoeff());
}

}  // namespace pellucid::test
