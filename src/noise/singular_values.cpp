// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/noise/matrix_noise.hpp"

namespace pellucid {

template <class T>
SingularValues singular_values(ConstBatch<T> matrix, bool centred) {
  using W = Wide<T>;
  const Index m = matrix.rows(), n = matrix.cols();
  if (m < 1 || n < 1) throw Error("a matrix without entries: give one row and column at least");
  if (!matrix.allFinite()) throw Error("the matrix holds entries that are not finite: remove them");
  const linalg::SingleThreadedBlas single;
  Matrix<W> x = matrix.template cast<W>();
  if (centred) {
    const Vector<W> mean = x.rowwise().mean();
    x.colwise() -= mean;
  }
  const double largest = x.cwiseAbs().maxCoeff();  // divided off: squares stay in range
  if (largest > 0) x /= W(largest);
  if (m > n) x.adjointInPlace();
  Matrix<W> gram = Matrix<W>::Zero(x.rows(), x.rows());
  linalg::add_gram<W>(x, gram);
  Eigen::VectorXd eigenvalues;
  linalg::eigh<W>(gram, eigenvalues);
  SingularValues singular;
  singular.rows = m;
  singular.cols = centred ? n - 1 : n;
  singular.is_complex = is_complex<T>;
  const Index count = std::min(singular.rows, singular.cols);
  if (count < 1) throw Error("one column and centred: no noise is left, give more columns");
  singular.values = largest * eigenvalues.reverse().head(count).cwiseMax(0.0).cwiseSqrt();
  return singular;
}

template SingularValues singular_values<float>(ConstBatch<float>, bool);
template SingularValues singular_values<double>(ConstBatch<double>, bool);
template SingularValues singular_values<std::complex<float>>(ConstBatch<std::complex<float>>, bool);
template SingularValues singular_values<std::complex<double>>(ConstBatch<std::complex<double>>,
                                                              bool);

}  // namespace pellucid
