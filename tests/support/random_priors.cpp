// SPDX-License-Identifier: BSD-3-Clause
#include "support/random_priors.hpp"

#include <Eigen/QR>

namespace pellucid::test {

template <class T>
Matrix<T> random_unitary(Index dim, Generator& generator) {
  return Eigen::HouseholderQR<Matrix<T>>(normal_matrix<T>(dim, dim, generator)).householderQ();
}

template Matrix<double> random_unitary(Index, Generator&);
template Matrix<std::complex<double>> random_unitary(Index, Generator&);

}  // namespace pellucid::test
