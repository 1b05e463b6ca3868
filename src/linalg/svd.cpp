// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/svd.hpp"

#define LAPACK_COMPLEX_CUSTOM
#define lapack_complex_float std::complex<float>
#define lapack_complex_double std::complex<double>
#include <lapacke.h>

#include <algorithm>
#include <string>

#include "linalg/lapack_size.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid::linalg {

namespace {

// `job` 'S' for the leading singular vectors too, 'N' for the values alone.
template <class T>
void decompose(char job, Matrix<T>& a, T* u, Eigen::VectorXd& s, T* adjoint_v) {
  const Index shorter = std::min(a.rows(), a.cols());
  const int m = lapack_size(a.rows()), n = lapack_size(a.cols());
  const int values = lapack_size(shorter, largest_svd);
  s.resize(shorter);
  int info = 0;
  if constexpr (std::is_same_v<T, double>) {
    info =
        LAPACKE_dgesdd(LAPACK_COL_MAJOR, job, m, n, a.data(), m, s.data(), u, m, adjoint_v, values);
  } else {
    info =
        LAPACKE_zgesdd(LAPACK_COL_MAJOR, job, m, n, a.data(), m, s.data(), u, m, adjoint_v, values);
  }
  if (info != 0) {
    throw Error("singular value iteration failed on a " + std::to_string(m) + " x " +
                std::to_string(n) + " matrix: are its entries finite?");
  }
}

}  // namespace

template <class T>
void svd(Matrix<T>& a, Matrix<T>& u, Eigen::VectorXd& s, Matrix<T>& adjoint_v) {
  const Index values = std::min(a.rows(), a.cols());
  u.resize(a.rows(), values);
  adjoint_v.resize(values, a.cols());
  decompose<T>('S', a, u.data(), s, adjoint_v.data());
}

template <class T>
void singular_values_only(Matrix<T>& a, Eigen::VectorXd& s) {
  decompose<T>('N', a, nullptr, s, nullptr);
}

template void singular_values_only<double>(Matrix<double>&, Eigen::VectorXd&);
template void singular_values_only<std::complex<double>>(Matrix<std::complex<double>>&,
                                                         Eigen::VectorXd&);
template void svd<double>(Matrix<double>&, Matrix<double>&, Eigen::VectorXd&, Matrix<double>&);
template void svd<std::complex<double>>(Matrix<std::complex<double>>&,
                                        Matrix<std::complex<double>>&, Eigen::VectorXd&,
                                        Matrix<std::complex<double>>&);

}  // namespace pellucid::linalg
