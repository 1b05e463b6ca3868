// SPDX-License-Identifier: BSD-3-Clause
#include "prior/inverse_wishart.hpp"

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "prior/covariance.hpp"
#include "prior/normal_density.hpp"

namespace pellucid {

namespace {

constexpr Index panel_columns = 64;

}  // namespace

template <class T>
InverseWishart<T>::InverseWishart(double kappa, Matrix<T> centre)
    : kappa_(kappa), centre_(std::move(centre)), factor_(centre_) {
  if (!factorise(factor_)) {
    throw Error(
        "mixture fit: the samples' covariance cannot be factorised in double precision: "
        "scale the data's entries to similar size");
  }
  log_det_ = log_det(factor_);
}

template <class T>
double InverseWishart<T>::log_density(const Matrix<T>& factor) const {
  if (kappa_ == 0.0) return 0.0;
  // tr(C_0 C^-1) = |L^-1 L_0|^2; a panel of L_0 is zero above its first row, and so is the
  // solution.
  const Index n = factor.rows();
  double trace = 0.0;
  for (Index first = 0; first < n; first += panel_columns) {
    Matrix<T> panel = factor_.block(first, first, n - first, std::min(panel_columns, n - first));
    linalg::solve_lower<T>(factor.bottomRightCorner(n - first, n - first), panel);
    trace += panel.squaredNorm();
  }
  const double log_det_ratio = log_det_ - log_det(factor);
  return -kappa_ * quadratic_weight<T> * (trace - log_det_ratio - static_cast<double>(n));
}

template class InverseWishart<double>;
template class InverseWishart<std::complex<double>>;

}  // namespace pellucid
