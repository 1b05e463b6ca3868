// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/eigh_leading.hpp"

#define LAPACK_COMPLEX_CUSTOM
#define lapack_complex_float std::complex<float>
#define lapack_complex_double std::complex<double>
#include <lapacke.h>

#include <algorithm>
#include <string>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/lapack_size.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid::linalg {

namespace {

void require_done(int info) {
  if (info == 0) return;
  throw Error("eigenvalues: LAPACK answers " + std::to_string(info) +
              ": are all entries finite, and is there memory enough?");
}

/// `A = Q S Q^H` with real tridiagonal `S`: the reflectors of `Q` are left in `A`'s lower triangle.
template <class T>
struct Tridiagonal {
  Eigen::VectorXd diagonal;
  Eigen::VectorXd below;  // N entries, the last one is LAPACK's workspace
  Vector<T> factors;      // of the reflectors
};

template <class T>
Tridiagonal<T> tridiagonalise(Batch<T> a) {
  const int n = lapack_size(a.rows()), stride = lapack_size(a.outerStride());
  Tridiagonal<T> s{Eigen::VectorXd(n), Eigen::VectorXd::Zero(n), Vector<T>(n)};
  if constexpr (std::is_same_v<T, double>) {
    require_done(LAPACKE_dsytrd(LAPACK_COL_MAJOR, 'L', n, a.data(), stride, s.diagonal.data(),
                                s.below.data(), s.factors.data()));
  } else {
    require_done(LAPACKE_zhetrd(LAPACK_COL_MAJOR, 'L', n, a.data(), stride, s.diagonal.data(),
                                s.below.data(), s.factors.data()));
  }
  return s;
}

/// The `vectors.cols()` largest eigenpairs of a tridiagonal matrix, ascending; false where the
/// iteration fails.
bool solve_part(Eigen::VectorXd diagonal, Eigen::VectorXd below, Eigen::VectorXd& values,
                Eigen::MatrixXd& vectors) {
  const int n = lapack_size(diagonal.size()), count = lapack_size(vectors.cols());
  std::vector<int> support(2 * static_cast<std::size_t>(count));
  int found = 0;
  int accurate = 1;
  const int info = LAPACKE_dstemr(LAPACK_COL_MAJOR, 'V', 'I', n, diagonal.data(), below.data(), 0.0,
                                  0.0, n - count + 1, n, &found, values.data(), vectors.data(), n,
                                  count, support.data(), &accurate);
  return info == 0 && found == count;
}

/// The same through all of them.
void solve_all(Eigen::VectorXd diagonal, Eigen::VectorXd below, Eigen::VectorXd& values,
               Eigen::MatrixXd& vectors) {
  const Index n = diagonal.size(), count = vectors.cols();
  const int side = lapack_size(n, largest_stedc);
  Eigen::MatrixXd every(n, n);
  const int info = LAPACKE_dstedc(LAPACK_COL_MAJOR, 'I', side, diagonal.data(), below.data(),
                                  every.data(), side);
  if (info != 0) {
    throw Error("eigenvalue iteration failed on a tridiagonal matrix of " + std::to_string(n) +
                ": are its entries finite?");
  }
  values.head(count) = diagonal.tail(count);
  vectors = every.rightCols(count);
}

/// `V = Q V`.
template <class T>
void rotate_back(Batch<T> a, const Tridiagonal<T>& s, Matrix<T>& vectors) {
  const int n = lapack_size(a.rows()), count = lapack_size(vectors.cols());
  const int stride = lapack_size(a.outerStride());
  if constexpr (std::is_same_v<T, double>) {
    require_done(LAPACKE_dormtr(LAPACK_COL_MAJOR, 'L', 'L', 'N', n, count, a.data(), stride,
                                s.factors.data(), vectors.data(), n));
  } else {
    require_done(LAPACKE_zunmtr(LAPACK_COL_MAJOR, 'L', 'L', 'N', n, count, a.data(), stride,
                                s.factors.data(), vectors.data(), n));
  }
}

/// Tridiagonalisation squares entries: the ends of the range are for `eigh`, which scales.
template <class T>
bool well_scaled(ConstBatch<T> a) {
  double size = 0.0;
  for (Index j = 0; j < a.cols(); ++j) {
    size = std::max(size, a.col(j).tail(a.rows() - j).cwiseAbs().maxCoeff());
  }
  return size > 1e-100 && size < 1e100;
}

}  // namespace

template <class T>
void eigh_leading(Batch<T> a, Index count, Eigen::VectorXd& eigenvalues, Matrix<T>& eigenvectors) {
  const Index n = a.rows();
  Eigen::VectorXd values(n);
  if (2 * count >= n || count == 0 || !well_scaled<T>(a)) {
    // Most of a spectrum is cheaper by divide and conquer.
    eigh<T>(a, values);
    eigenvalues = values.tail(count).reverse();
    eigenvectors = a.rightCols(count).rowwise().reverse();
    return;
  }
  const Tridiagonal<T> s = tridiagonalise<T>(a);
  Eigen::MatrixXd part(n, count);
  if (!solve_part(s.diagonal, s.below, values, part)) {
    solve_all(s.diagonal, s.below, values, part);
  }
  eigenvalues = values.head(count).reverse();
  eigenvectors = part.rowwise().reverse().template cast<T>();
  rotate_back<T>(a, s, eigenvectors);
}

template void eigh_leading<double>(Batch<double>, Index, Eigen::VectorXd&, Matrix<double>&);
template void eigh_leading<std::complex<double>>(Batch<std::complex<double>>, Index,
                                                 Eigen::VectorXd&, Matrix<std::complex<double>>&);

}  // namespace pellucid::linalg
