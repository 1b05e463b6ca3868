// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/svd.hpp"

#define LAPACK_COMPLEX_CUSTOM
#define lapack_complex_float std::complex<float>
#define lapack_complex_double std::complex<double>
#include <lapacke.h>

#include <algorithm>
#include <string>

#include "pellucid/base/error.hpp"

namespace pellucid::linalg {

template <class T>
void svd(Matrix<T>& a, Matrix<T>& u, Eigen::VectorXd& s, Matrix<T>& adjoint_v) {
  const int m = static_cast<int>(a.rows()), n = static_cast<int>(a.cols());
  const int values = std::min(m, n);
  u.resize(m, values);
  s.resize(values);
  adjoint_v.resize(values, n);
  int info = 0;
  if constexpr (std::is_same_v<T, double>) {
    info = LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'S', m, n, a.data(), m, s.data(), u.data(), m,
                          adjoint_v.data(), values);
  } else {
    info = LAPACKE_zgesdd(LAPACK_COL_MAJOR, 'S', m, n, a.data(), m, s.data(), u.data(), m,
                          adjoint_v.data(), values);
  }
  if (info != 0) {
    throw Error("singular value iteration failed on a " + std::to_string(m) + " x " +
                std::to_string(n) + " matrix: are its entries finite?");
  }
}

template void svd<double>(Matrix<double>&, Matrix<double>&, Eigen::VectorXd&, Matrix<double>&);
template void svd<std::complex<double>>(Matrix<std::complex<double>>&,
                                        Matrix<std::complex<double>>&, Eigen::VectorXd&,
                                        Matrix<std::complex<double>>&);

}  // namespace pellucid::linalg
