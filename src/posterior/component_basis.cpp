// SPDX-License-Identifier: BSD-3-Clause
#include "posterior/component_basis.hpp"

#include <fmt/format.h>

#include <Eigen/QR>
#include <limits>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "prior/covariance.hpp"
#include "prior/graded_root.hpp"

namespace pellucid {

namespace {

// Eigenpairs, largest first; eigenvalues that are rounding become 0.
template <class T>
void decompose(Matrix<T>& vectors, Eigen::VectorXd& values, const std::string& what) {
  constexpr double negative_tolerance = 1e-6;
  if (vectors.rows() == 0) {
    values.resize(0);
    return;
  }
  linalg::eigh<T>(vectors, values);
  vectors.rowwise().reverseInPlace();
  values.reverseInPlace();
  const double largest = values.cwiseAbs().maxCoeff(), least = values(values.size() - 1);
  if (least < -negative_tolerance * largest) {
    throw Error(
        fmt::format("{}: has the negative eigenvalue {:.3g} (largest {:.3g}): a covariance is "
                    "positive semi-definite",
                    what, least, largest));
  }
  const double rounding =
      static_cast<double>(values.size()) * std::numeric_limits<double>::epsilon() * largest;
  values = (values.array() > rounding).select(values, 0.0);
}

// A unitary matrix (n x n) whose first columns are `w`'s (n x r), normalised. Those of `w` are
// orthogonal, but small ones only roughly so: taking them in order, large ones first, mends that.
template <class T>
Matrix<T> completed(const Matrix<T>& w) {
  const Eigen::HouseholderQR<Matrix<T>> qr(w);
  Matrix<T> q = qr.householderQ();
  for (Index i = 0; i < w.cols(); ++i) {
    const T r = qr.matrixQR()(i, i);
    if (r != T(0)) q.col(i) *= r / T(std::abs(r));
  }
  return q;
}

template <class T>
ComponentBasis<T> seen_directly(const Matrix<T>& covariance, const std::string& what) {
  ComponentBasis<T> basis{covariance, {}, {}};
  decompose(basis.observed, basis.eigenvalues, what);
  basis.directions = basis.observed * basis.eigenvalues.cwiseSqrt().asDiagonal();
  return basis;
}

}  // namespace

template <class T>
ComponentBasis<T> component_basis(const ObservationSpace<T>& space, const Matrix<T>& covariance,
                                  const std::string& what) {
  if (space.is_identity()) return seen_directly(covariance, what);
  const Matrix<T> root = square_root(covariance, what);  // F F^H = C
  const Matrix<T>& map = space.map();
  const Index r = map.rows(), n = root.rows();
  Matrix<T> seen(r, n);  // B F
  linalg::multiply<T>(linalg::Op::none, T(1), map, root, T(0), seen);
  ComponentBasis<T> basis{Matrix<T>::Zero(r, r), {}, Matrix<T>(n, n)};
  if (r > 0 && (space.is_graded() || is_graded(seen))) {
    RootBasis<T> graded = decompose_graded(seen);
    basis.observed = std::move(graded.left);
    basis.eigenvalues = std::move(graded.eigenvalues);
    linalg::multiply<T>(linalg::Op::none, T(1), root, completed(graded.right), T(0),
                        basis.directions);
    return basis;
  }
  linalg::add_gram<T>(seen, basis.observed);
  decompose(basis.observed, basis.eigenvalues, what);
  Matrix<T> right(n, r);  // (B F)^H V, columns of length sqrt(l)
  linalg::multiply<T>(linalg::Op::adjoint, T(1), seen, basis.observed, T(0), right);
  linalg::multiply<T>(linalg::Op::none, T(1), root, completed(right), T(0), basis.directions);
  return basis;
}

#define PELLUCID_INSTANTIATE(T)                                                               \
  template ComponentBasis<T> component_basis<T>(const ObservationSpace<T>&, const Matrix<T>&, \
                                                const std::string&);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
