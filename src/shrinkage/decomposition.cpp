// SPDX-License-Identifier: BSD-3-Clause
#include "shrinkage/decomposition.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/blas.hpp"
#include "linalg/svd.hpp"
#include "pellucid/base/parallel.hpp"

namespace pellucid::shrinkage {

namespace {

// A A^H by tiles of fixed size: one thread makes one, whatever their number.
template <class T>
Matrix<T> gram(const Matrix<T>& a, int threads) {
  constexpr Index tile = 128;
  const Index m = a.rows(), tiles = (m + tile - 1) / tile;
  Matrix<T> product = Matrix<T>::Zero(m, m);
  parallel_for(tiles * tiles, threads, [&](Index task, int) {
    const Index row = task / tiles, column = task % tiles;
    if (row < column) return;
    const Index i = row * tile, j = column * tile;
    const Index height = std::min(tile, m - i), width = std::min(tile, m - j);
    linalg::add_outer<T>(a.middleRows(i, height), a.middleRows(j, width),
                         product.block(i, j, height, width));
  });
  return product;
}

template <class T>
Decomposition<T> by_gram(const Matrix<T>& a, int threads) {
  Decomposition<T> parts;
  parts.left = gram(a, threads);
  Eigen::VectorXd ascending;
  linalg::eigh<T>(parts.left, ascending);
  parts.left = parts.left.rowwise().reverse().eval();
  parts.values = ascending.reverse().cwiseMax(0.0).cwiseSqrt();
  return parts;
}

template <class T>
Decomposition<T> by_svd(const Matrix<T>& a) {
  Decomposition<T> parts;
  Matrix<T> work = a;
  linalg::svd<T>(work, parts.left, parts.values, parts.right);
  // What LAPACK leaves of zeros: of integer matrices of rank 1, 8 sqrt(columns) roundings measured
  // where columns are a million, fewer elsewhere.
  const auto columns = static_cast<double>(a.cols());
  const double rounding = std::numeric_limits<double>::epsilon() *
                          std::min(columns, 16 * std::sqrt(columns)) * parts.values[0];
  parts.values = (parts.values.array() > rounding).select(parts.values, 0.0);
  return parts;
}

}  // namespace

template <class T>
Decomposition<T> decompose(const Matrix<T>& a,
                           const std::function<double(const Eigen::VectorXd&)>& floor_of,
                           int threads) {
  const linalg::SingleThreadedBlas single;
  Decomposition<T> parts = by_gram(a, threads);
  constexpr double least = 1e-4;
  if (parts.values[0] == 0.0 || floor_of(parts.values) >= least * parts.values[0]) return parts;
  return by_svd(a);
}

template <class T>
Matrix<T> recompose(const Decomposition<T>& parts, const Matrix<T>& a,
                    const Eigen::VectorXd& shrunk, Index rank, int threads) {
  const linalg::SingleThreadedBlas single;
  Matrix<T> result = Matrix<T>::Zero(a.rows(), a.cols());
  if (rank == 0) return result;
  const auto left = parts.left.leftCols(rank);
  const auto weights = shrunk.head(rank);
  const Vector<T> ratios = weights.cwiseQuotient(parts.values.head(rank)).template cast<T>();
  constexpr Index width = 512;
  const Index blocks = (a.cols() + width - 1) / width;
  parallel_for(blocks, threads, [&](Index block, int) {
    const Index first = block * width, count = std::min(width, a.cols() - first);
    Matrix<T> scores(rank, count);
    if (parts.right.size() > 0) {
      scores = weights.template cast<T>().asDiagonal() * parts.right.block(0, first, rank, count);
    } else {
      linalg::multiply<T>(linalg::Op::adjoint, T(1), left, a.middleCols(first, count), T(0),
                          scores);
      scores = ratios.asDiagonal() * scores;
    }
    linalg::multiply<T>(linalg::Op::none, T(1), left, scores, T(0),
                        result.middleCols(first, count));
  });
  return result;
}

#define PELLUCID_INSTANTIATE(T)                                                     \
  template Decomposition<T> decompose<T>(                                           \
      const Matrix<T>&, const std::function<double(const Eigen::VectorXd&)>&, int); \
  template Matrix<T> recompose<T>(const Decomposition<T>&, const Matrix<T>&,        \
                                  const Eigen::VectorXd&, Index, int);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid::shrinkage
