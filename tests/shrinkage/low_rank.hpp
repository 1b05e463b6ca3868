// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Eigen/QR>
#include <cmath>

#include "pellucid/analysis/test_noise.hpp"
#include "pellucid/base/types.hpp"

namespace pellucid {

/// `count` orthonormal columns of `rows` entries, drawn uniformly; with `ones` orthogonal to the
/// vector of ones.
template <class T>
Matrix<T> orthonormal(Index rows, Index count, std::uint64_t seed, bool ones = false) {
  Matrix<T> random = unit_noise<T>(rows, count + (ones ? 1 : 0), seed, 0);
  if (ones) random.col(0).setOnes();
  const Eigen::HouseholderQR<Matrix<T>> qr(random);
  const Matrix<T> q = qr.householderQ() * Matrix<T>::Identity(rows, random.cols());
  return q.rightCols(count);
}

/// `U diag(values) V^H` with random singular vectors.
template <class T>
Matrix<T> low_rank(Index rows, Index cols, const Eigen::VectorXd& values, std::uint64_t seed) {
  return orthonormal<T>(rows, values.size(), seed) * values.template cast<T>().asDiagonal() *
         orthonormal<T>(cols, values.size(), seed + 1000).adjoint();
}

}  // namespace pellucid
