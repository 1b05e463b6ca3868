// SPDX-License-Identifier: BSD-3-Clause
#include "posterior/observation_space.hpp"

#include <Eigen/QR>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "prior/covariance.hpp"
#include "prior/graded_root.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

namespace {

template <class T>
Matrix<T> product(linalg::Op op, const Matrix<T>& a, const Matrix<T>& b) {
  Matrix<T> c(op == linalg::Op::none ? a.rows() : a.cols(), b.cols());
  linalg::multiply<T>(op, T(1), a, b, T(0), c);
  return c;
}

}  // namespace

template <class T>
Matrix<T> noise_factor(const Matrix<T>& covariance) {
  Matrix<T> factor = covariance;
  if (factorise(factor)) return factor;
  throw Error(
      "noise covariance: is singular or not positive definite, so that some combination of entries "
      "would be free of noise: add a small variance to the diagonal");
}

template <class T>
ObservationSpace<T>::ObservationSpace(const LinearObservation<T>& observation, Index dim,
                                      const Matrix<T>* basis)
    : observed_(observation.observed(dim)), rank_(observed_) {
  const linalg::SingleThreadedBlas blas;
  observation.validate(dim);
  is_identity_ = observation.is_identity() && observation.is_white() && basis == nullptr;
  if (is_identity_) return;
  Matrix<T> map = observation.is_identity() ? Matrix<T>::Identity(dim, dim) : observation.matrix;
  if (basis != nullptr) {
    map = observation.is_identity() ? *basis : product<T>(linalg::Op::none, map, *basis);
  }
  if (!observation.is_white()) {
    factor_ = noise_factor(observation.noise_covariance);
    is_graded_ = pellucid::is_graded<T>(factor_.diagonal());
    linalg::solve_lower<T>(factor_, map);
    log_volume_ = quadratic_weight<T> * log_det(factor_);
  }
  reduce(std::move(map));
}

template <class T>
void ObservationSpace<T>::reduce(Matrix<T> whitened_map) {
  // With pivots, the first `rank` columns of Q span the range also of a matrix that is not of full
  // rank.
  const Eigen::ColPivHouseholderQR<Matrix<T>> qr(whitened_map);
  rank_ = whitened_map.size() == 0 ? 0 : qr.rank();
  keeps_all_ = rank_ == observed_;
  if (keeps_all_) {
    map_ = std::move(whitened_map);
  } else {
    range_ = qr.householderQ() * Matrix<T>::Identity(observed_, rank_);
    map_ = product<T>(linalg::Op::adjoint, range_, whitened_map);
  }
  if (!reduces()) return;
  // (L^-1)^H Q, or its parts.
  reduction_ = keeps_all_ ? Matrix<T>::Identity(observed_, observed_) : Matrix<T>(range_);
  if (whitens()) {
    factor_.template triangularView<Eigen::Lower>().adjoint().solveInPlace(reduction_);
  }
  reduction_.adjointInPlace();
}

template <class T>
Matrix<T> ObservationSpace<T>::residual(const Matrix<T>& y) const {
  if (keeps_all_) return {};
  const linalg::SingleThreadedBlas blas;
  Matrix<T> white = y;
  if (whitens()) linalg::solve_lower<T>(factor_, white);
  const Matrix<T> inside = product<T>(linalg::Op::adjoint, range_, white);
  linalg::multiply<T>(linalg::Op::none, T(-1), range_, inside, T(1), white);
  return white;
}

template <class T>
Matrix<T> ObservationSpace<T>::unwhiten_gradient(Matrix<T> e) const {
  if (whitens()) factor_.template triangularView<Eigen::Lower>().adjoint().solveInPlace(e);
  return e;
}

#define PELLUCID_INSTANTIATE(T)                         \
  template Matrix<T> noise_factor<T>(const Matrix<T>&); \
  template class ObservationSpace<T>;
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
