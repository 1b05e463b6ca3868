// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/blas.hpp"

#include <cblas.h>
#define LAPACK_COMPLEX_CUSTOM
#define lapack_complex_float std::complex<float>
#define lapack_complex_double std::complex<double>
#include <lapacke.h>

#include <mutex>

#include "linalg/blas_memory.hpp"
#include "linalg/lapack_size.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid::linalg {

namespace {

std::mutex blas_mutex;
int blas_users = 0;
int blas_threads_before = 1;

int leading(Index stride) { return lapack_size(std::max<Index>(1, stride)); }
int size(Index n) { return lapack_size(n); }

CBLAS_TRANSPOSE transpose(Op op) { return op == Op::adjoint ? CblasConjTrans : CblasNoTrans; }

}  // namespace

SingleThreadedBlas::SingleThreadedBlas() {
  reserve_blas_memory(1);
  const std::scoped_lock lock(blas_mutex);
  if (blas_users++ == 0) {
    blas_threads_before = openblas_get_num_threads();
    openblas_set_num_threads(1);
  }
}

SingleThreadedBlas::~SingleThreadedBlas() {
  const std::scoped_lock lock(blas_mutex);
  if (--blas_users == 0) openblas_set_num_threads(blas_threads_before);
}

template <class T>
void multiply(Op op, T alpha, ConstBatch<T> a, ConstBatch<T> b, T beta, Batch<T> c) {
  const int m = size(c.rows()), n = size(c.cols()), k = size(b.rows());
  const int lda = leading(a.outerStride()), ldb = leading(b.outerStride());
  const int ldc = leading(c.outerStride());
  if (m == 0 || n == 0) return;
  const CBLAS_TRANSPOSE ta = transpose(op);
  if constexpr (std::is_same_v<T, float>) {
    cblas_sgemm(CblasColMajor, ta, CblasNoTrans, m, n, k, alpha, a.data(), lda, b.data(), ldb, beta,
                c.data(), ldc);
  } else if constexpr (std::is_same_v<T, double>) {
    cblas_dgemm(CblasColMajor, ta, CblasNoTrans, m, n, k, alpha, a.data(), lda, b.data(), ldb, beta,
                c.data(), ldc);
  } else if constexpr (std::is_same_v<T, std::complex<float>>) {
    cblas_cgemm(CblasColMajor, ta, CblasNoTrans, m, n, k, &alpha, a.data(), lda, b.data(), ldb,
                &beta, c.data(), ldc);
  } else {
    cblas_zgemm(CblasColMajor, ta, CblasNoTrans, m, n, k, &alpha, a.data(), lda, b.data(), ldb,
                &beta, c.data(), ldc);
  }
}

template <class T>
void add_gram(ConstBatch<T> a, Batch<T> c) {
  const int n = size(a.rows()), k = size(a.cols());
  if (n == 0 || k == 0) return;
  if constexpr (std::is_same_v<T, double>) {
    cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, n, k, 1.0, a.data(),
                leading(a.outerStride()), 1.0, c.data(), leading(c.outerStride()));
  } else {
    cblas_zherk(CblasColMajor, CblasLower, CblasNoTrans, n, k, 1.0, a.data(),
                leading(a.outerStride()), 1.0, c.data(), leading(c.outerStride()));
  }
}

template <class T>
void inner_gram(ConstBatch<T> a, Batch<T> c) {
  const int n = size(a.cols()), k = size(a.rows());
  if (n == 0) return;
  if constexpr (std::is_same_v<T, double>) {
    cblas_dsyrk(CblasColMajor, CblasLower, CblasTrans, n, k, 1.0, a.data(),
                leading(a.outerStride()), 0.0, c.data(), leading(c.outerStride()));
  } else {
    cblas_zherk(CblasColMajor, CblasLower, CblasConjTrans, n, k, 1.0, a.data(),
                leading(a.outerStride()), 0.0, c.data(), leading(c.outerStride()));
  }
}

template <class T>
void add_outer(ConstBatch<T> a, ConstBatch<T> b, Batch<T> c) {
  const int m = size(a.rows()), n = size(b.rows()), k = size(a.cols());
  const int lda = leading(a.outerStride()), ldb = leading(b.outerStride());
  const int ldc = leading(c.outerStride());
  if (m == 0 || n == 0 || k == 0) return;
  if constexpr (std::is_same_v<T, double>) {
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, m, n, k, 1.0, a.data(), lda, b.data(), ldb,
                1.0, c.data(), ldc);
  } else {
    const T one(1.0);
    cblas_zgemm(CblasColMajor, CblasNoTrans, CblasConjTrans, m, n, k, &one, a.data(), lda, b.data(),
                ldb, &one, c.data(), ldc);
  }
}

template <class T>
void fill_upper(Batch<T> c) {
  for (Index j = 0; j < c.cols(); ++j) {
    c(j, j) = T(Eigen::numext::real(c(j, j)));
    for (Index i = j + 1; i < c.rows(); ++i) c(j, i) = Eigen::numext::conj(c(i, j));
  }
}

template <class T>
bool cholesky(Batch<T> c) {
  const int n = size(c.rows());
  int info = 0;
  if constexpr (std::is_same_v<T, double>) {
    info = LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', n, c.data(), leading(c.outerStride()));
  } else {
    info = LAPACKE_zpotrf_work(LAPACK_COL_MAJOR, 'L', n, c.data(), leading(c.outerStride()));
  }
  c.template triangularView<Eigen::StrictlyUpper>().setZero();
  return info == 0;
}

template <class T>
void solve_lower(ConstBatch<T> lower, Batch<T> b) {
  const int m = size(b.rows()), n = size(b.cols());
  if (m == 0 || n == 0) return;
  if constexpr (std::is_same_v<T, double>) {
    cblas_dtrsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, m, n, 1.0,
                lower.data(), leading(lower.outerStride()), b.data(), leading(b.outerStride()));
  } else {
    const T one(1.0);
    cblas_ztrsm(CblasColMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, m, n, &one,
                lower.data(), leading(lower.outerStride()), b.data(), leading(b.outerStride()));
  }
}

namespace {

// `job` 'V' for eigenvectors too, 'N' for eigenvalues alone.
template <class T>
void decompose(char job, Batch<T> a, Eigen::VectorXd& eigenvalues) {
  const int n = lapack_size(a.rows(), largest_eigh);
  eigenvalues.resize(a.rows());
  int info = 0;
  if constexpr (std::is_same_v<T, double>) {
    info = LAPACKE_dsyevd(LAPACK_COL_MAJOR, job, 'L', n, a.data(), leading(a.outerStride()),
                          eigenvalues.data());
  } else {
    info = LAPACKE_zheevd(LAPACK_COL_MAJOR, job, 'L', n, a.data(), leading(a.outerStride()),
                          eigenvalues.data());
  }
  if (info != 0) {
    throw Error("eigenvalue iteration failed on a " + std::to_string(n) + " x " +
                std::to_string(n) + " matrix: are its entries finite?");
  }
}

}  // namespace

template <class T>
void eigh(Batch<T> a, Eigen::VectorXd& eigenvalues) {
  decompose<T>('V', a, eigenvalues);
}

template <class T>
void eigenvalues_only(Batch<T> a, Eigen::VectorXd& eigenvalues) {
  decompose<T>('N', a, eigenvalues);
}

#define PELLUCID_INSTANTIATE(T) \
  template void multiply<T>(Op, T, ConstBatch<T>, ConstBatch<T>, T, Batch<T>);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

#define PELLUCID_INSTANTIATE(T)                                       \
  template void add_gram<T>(ConstBatch<T>, Batch<T>);                 \
  template void inner_gram<T>(ConstBatch<T>, Batch<T>);               \
  template void add_outer<T>(ConstBatch<T>, ConstBatch<T>, Batch<T>); \
  template void fill_upper<T>(Batch<T>);                              \
  template bool cholesky<T>(Batch<T>);                                \
  template void solve_lower<T>(ConstBatch<T>, Batch<T>);              \
  template void eigh<T>(Batch<T>, Eigen::VectorXd&);                  \
  template void eigenvalues_only<T>(Batch<T>, Eigen::VectorXd&);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid::linalg
