// SPDX-License-Identifier: BSD-3-Clause
#include "prior/graded_root.hpp"

#include <Eigen/SVD>
#include <limits>

namespace pellucid {

template <class T>
bool is_graded(const Matrix<T>& root) {
  constexpr double most_grading = 1e3;
  if (root.size() == 0) return false;
  const Eigen::VectorXd lengths = root.rowwise().norm();
  const double largest = lengths.maxCoeff();
  return (lengths.array() > 0.0 && lengths.array() * most_grading < largest).any();
}

template <class T>
RootBasis<T> decompose_graded(const Matrix<T>& root) {
  const Eigen::JacobiSVD<Matrix<T>, Eigen::ColPivHouseholderQRPreconditioner> svd(
      root.adjoint(), Eigen::ComputeThinU | Eigen::ComputeThinV);
  const auto& values = svd.singularValues();
  const double rounding =
      static_cast<double>(values.size()) * std::numeric_limits<double>::epsilon() * values(0);
  return {svd.matrixV(), (values.array() > rounding).select(values.cwiseAbs2(), 0.0),
          svd.matrixU()};
}

#define PELLUCID_INSTANTIATE(T)                 \
  template bool is_graded<T>(const Matrix<T>&); \
  template RootBasis<T> decompose_graded<T>(const Matrix<T>&);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
