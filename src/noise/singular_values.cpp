// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <vector>

#include "linalg/blas.hpp"
#include "linalg/svd.hpp"
#include "noise/varying_part.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/noise/matrix_noise.hpp"

namespace pellucid {

namespace {

// Values from the Gram matrix, whose smallest have an absolute error of 1e-8 of the largest, or,
// where half of them lie lower than counts, from the matrix itself.
template <class W>
Eigen::VectorXd values_of(Matrix<W>& x) {
  if (x.rows() > x.cols()) x.adjointInPlace();
  Matrix<W> gram = Matrix<W>::Zero(x.rows(), x.rows());
  linalg::add_gram<W>(x, gram);
  Eigen::VectorXd values;
  linalg::eigenvalues_only<W>(gram, values);
  values = values.reverse().cwiseMax(0.0).cwiseSqrt().eval();
  constexpr double accurate = 1e-4;
  if (values(0) == 0 || values(values.size() / 2) > accurate * values(0)) return values;
  linalg::singular_values_only<W>(x, values);
  return values;
}

template <class W>
Matrix<W> without(const Matrix<W>& x, const std::vector<Index>& rows,
                  const std::vector<Index>& columns) {
  return x(rows, columns);
}

}  // namespace

template <class T>
VaryingPart varying_part(ConstBatch<T> matrix, bool centred) {
  VaryingPart part;
  for (Index i = 0; i < matrix.rows(); ++i) {
    const T usual = centred ? matrix(i, 0) : T(0);
    if ((matrix.row(i).array() != usual).any()) part.rows.push_back(i);
  }
  for (Index j = 0; j < matrix.cols(); ++j) {
    if (centred || (matrix.col(j).array() != T(0)).any()) part.columns.push_back(j);
  }
  return part;
}

template <class T>
SingularValues singular_values(ConstBatch<T> matrix, bool centred) {
  using W = Wide<T>;
  if (matrix.size() < 1) throw Error("a matrix without entries: give one row and column at least");
  if (!matrix.allFinite()) throw Error("the matrix holds entries that are not finite: remove them");
  const VaryingPart part = varying_part<T>(matrix, centred);
  const linalg::SingleThreadedBlas single;
  Matrix<W> x = matrix.template cast<W>();
  if (!part.rows.empty()) x = without<W>(x, part.rows, part.columns);
  SingularValues singular;
  singular.rows = x.rows();
  singular.cols = centred ? x.cols() - 1 : x.cols();
  singular.is_complex = is_complex<T>;
  const Index count = std::min(singular.rows, singular.cols);
  if (count < 1) throw Error("one column and centred: no noise is left, give more columns");
  if (centred) {
    const Vector<W> mean = x.rowwise().mean();
    x.colwise() -= mean;
  }
  const double largest = x.cwiseAbs().maxCoeff();  // divided off: squares stay in range
  if (largest > 0) x /= W(largest);
  singular.values = largest * values_of<W>(x).head(count);
  return singular;
}

template SingularValues singular_values<float>(ConstBatch<float>, bool);
template SingularValues singular_values<double>(ConstBatch<double>, bool);
template SingularValues singular_values<std::complex<float>>(ConstBatch<std::complex<float>>, bool);
template SingularValues singular_values<std::complex<double>>(ConstBatch<std::complex<double>>,
                                                              bool);

template VaryingPart varying_part<float>(ConstBatch<float>, bool);
template VaryingPart varying_part<double>(ConstBatch<double>, bool);
template VaryingPart varying_part<std::complex<float>>(ConstBatch<std::complex<float>>, bool);
template VaryingPart varying_part<std::complex<double>>(ConstBatch<std::complex<double>>, bool);

}  // namespace pellucid
