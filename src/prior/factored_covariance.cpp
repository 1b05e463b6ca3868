// SPDX-License-Identifier: BSD-3-Clause
#include "prior/factored_covariance.hpp"

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "prior/covariance.hpp"

namespace pellucid {

template <class T>
FactoredCovariance<T>::FactoredCovariance(const Matrix<T>& factors,
                                          const Eigen::VectorXd& variances) {
  const Index r = factors.cols();
  const Matrix<T> scaled = variances.cwiseInverse().template cast<T>().asDiagonal() * factors;
  factor_ = Matrix<T>::Identity(r, r);
  linalg::multiply<T>(linalg::Op::adjoint, T(1), factors, scaled, T(1), factor_);
  if (!factor_.allFinite() || !linalg::cholesky<T>(factor_)) {
    throw Error(
        "factors: are too large beside the noise variances for double precision: raise the "
        "variances");
  }
  log_det_ = variances.array().log().sum() + pellucid::log_det<T>(factor_);
  whitened_ = scaled.adjoint();
  linalg::solve_lower<T>(factor_, whitened_);
  gain_ = whitened_;
  factor_.adjoint().template triangularView<Eigen::Upper>().solveInPlace(gain_);
}

template <class T>
Matrix<T> FactoredCovariance<T>::factor_covariance() const {
  Matrix<T> inverse = Matrix<T>::Identity(factor_.rows(), factor_.cols());
  linalg::solve_lower<T>(factor_, inverse);
  return inverse.adjoint() * inverse;
}

template class FactoredCovariance<double>;
template class FactoredCovariance<std::complex<double>>;

}  // namespace pellucid
