// SPDX-License-Identifier: BSD-3-Clause
#include "prior/covariance.hpp"

#include <fmt/format.h>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

// Looser than double rounding: files may have been written in single precision.
constexpr double hermitian_tolerance = 1e-6;
// Eigenvalues of a semi-definite matrix come out negative by rounding, single precision's at worst.
constexpr double negative_tolerance = 1e-6;

}  // namespace

template <class T>
void check_covariance(const Matrix<T>& c, Index dim, const std::string& what) {
  if (c.rows() != dim || c.cols() != dim) {
    throw Error(fmt::format("{}: is {} x {}: must be {} x {} like the mean", what, c.rows(),
                            c.cols(), dim, dim));
  }
  if (!c.allFinite()) throw Error(what + ": has an entry that is not finite: remove NaN, infinity");
  const double largest = c.cwiseAbs().maxCoeff();
  const double asymmetry = (c - c.adjoint()).cwiseAbs().maxCoeff();
  if (asymmetry > hermitian_tolerance * largest) {
    throw Error(fmt::format("{}: is not {} (off by {:.3g} of {:.3g}): use (C + C^H) / 2", what,
                            is_complex<T> ? "Hermitian" : "symmetric", asymmetry, largest));
  }
  const double least = c.diagonal().real().minCoeff();
  if (least < 0.0) {
    throw Error(
        fmt::format("{}: has the negative variance {:.3g} on its diagonal: a covariance's "
                    "diagonal is at least 0",
                    what, least));
  }
}

template <class T>
bool factorise(Matrix<T>& c) {
  const Eigen::VectorXd variance = c.diagonal().real();
  if (!linalg::cholesky<T>(c)) return false;
  const double least = static_cast<double>(c.rows()) * std::numeric_limits<double>::epsilon();
  return (c.diagonal().cwiseAbs2().array() > least * variance.array()).all();
}

template <class T>
double log_det(const Matrix<T>& factor) {
  return 2.0 * factor.diagonal().real().array().log().sum();
}

template <class T>
Matrix<T> square_root(const Matrix<T>& c, const std::string& what) {
  Matrix<T> root = c;
  if (linalg::cholesky<T>(root)) return root;
  root = c;
  Eigen::VectorXd eigenvalues;
  linalg::eigh<T>(root, eigenvalues);
  const double largest = eigenvalues(eigenvalues.size() - 1);
  if (eigenvalues(0) < -negative_tolerance * std::abs(largest)) {
    throw Error(
        fmt::format("{}: has the negative eigenvalue {:.3g} (largest {:.3g}): a covariance "
                    "must be positive semi-definite",
                    what, eigenvalues(0), largest));
  }
  return root * eigenvalues.cwiseMax(0.0).cwiseSqrt().asDiagonal();
}

#define PELLUCID_INSTANTIATE(T)                                                   \
  template void check_covariance<T>(const Matrix<T>&, Index, const std::string&); \
  template bool factorise<T>(Matrix<T>&);                                         \
  template double log_det<T>(const Matrix<T>&);                                   \
  template Matrix<T> square_root<T>(const Matrix<T>&, const std::string&);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
