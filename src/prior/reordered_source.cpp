// SPDX-License-Identifier: BSD-3-Clause
#include "prior/reordered_source.hpp"

#include <algorithm>
#include <numeric>

#include "linalg/blas.hpp"
#include "prior/blocks.hpp"

namespace pellucid {

namespace {

/// Covariance of up to 2000 samples about their mean.
template <class T>
Matrix<T> sketch(const SampleSource<T>& source) {
  constexpr Index most = 2000;
  const Index count = std::min(most, source.count());
  Matrix<T> samples(source.dim(), count);
  for (Index j = 0; j < count; ++j) {
    read_finite<T>(source, j * source.count() / count, samples.col(j));
  }
  samples.colwise() -= samples.rowwise().mean().eval();
  Matrix<T> covariance = Matrix<T>::Zero(source.dim(), source.dim());
  const linalg::SingleThreadedBlas blas;
  linalg::add_gram<T>(samples, covariance);
  linalg::fill_upper<T>(covariance);
  return covariance;
}

}  // namespace

template <class T>
std::vector<Index> telling_order(const SampleSource<T>& source) {
  const Index n = source.dim();
  Matrix<T> rest = sketch(source);
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  // Pivoted Cholesky: every step takes what an entry tells out of the others' variances.
  Eigen::VectorXd variance = rest.diagonal().real();
  const double negligible = 1e-12 * variance.sum();
  Matrix<T> factor(n, n);
  for (Index i = 0; i < n; ++i) {
    Index pivot = i;
    for (Index j = i; j < n; ++j) {
      if (variance(order[static_cast<std::size_t>(j)]) >
          variance(order[static_cast<std::size_t>(pivot)])) {
        pivot = j;
      }
    }
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(pivot)]);
    const Index p = order[static_cast<std::size_t>(i)];
    if (!(variance(p) > negligible)) break;
    auto column = factor.col(i);
    column = rest.col(p);
    column.noalias() -= factor.leftCols(i) * factor.row(p).head(i).adjoint();
    column /= T(std::sqrt(variance(p)));
    variance -= column.cwiseAbs2();
    variance(p) = 0.0;
  }
  return order;
}

template std::vector<Index> telling_order(const SampleSource<double>&);
template std::vector<Index> telling_order(const SampleSource<std::complex<double>>&);

}  // namespace pellucid
