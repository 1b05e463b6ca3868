// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/leading_pairs.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

namespace pellucid::reproduce {

namespace {

// Orthonormal columns that span those of `block` beside the ones of `basis`.
Matrix<double> beside(const Matrix<double>& basis, Matrix<double> block) {
  // Once is not enough in rounded arithmetic, twice is.
  for (int i = 0; i < 2; ++i) {
    if (basis.cols() > 0) block -= basis * (basis.transpose() * block);
    const Eigen::HouseholderQR<Matrix<double>> qr(block);
    block = qr.householderQ() * Matrix<double>::Identity(block.rows(), block.cols());
  }
  return block;
}

}  // namespace

LeadingPairs leading_pairs(const Apply& apply, const Matrix<double>& start, Index count,
                           int depth) {
  const Index width = start.cols(), dim = start.rows();
  const Index columns = std::min(width * depth, dim / width * width);
  Matrix<double> basis(dim, 0), images(dim, columns), block = start;
  for (Index first = 0; first < columns; first += width) {
    block = beside(basis, block);
    basis.conservativeResize(Eigen::NoChange, first + width);
    basis.rightCols(width) = block;
    block = apply(block);
    images.middleCols(first, width) = block;
  }
  const Matrix<double> inner = basis.transpose() * images;
  const Matrix<double> twice = inner + inner.transpose();
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> solver(twice / 2);
  const Matrix<double> leading = solver.eigenvectors().rightCols(count).rowwise().reverse();
  LeadingPairs pairs;
  pairs.values = solver.eigenvalues().tail(count).reverse();
  pairs.vectors = basis * leading;
  pairs.asymmetry = (inner - inner.transpose()).norm() / twice.norm();
  pairs.residual =
      (images * leading - pairs.vectors * pairs.values.asDiagonal()).colwise().norm().maxCoeff();
  return pairs;
}

}  // namespace pellucid::reproduce
