// SPDX-License-Identifier: BSD-3-Clause
#include "linalg/krylov.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid::linalg {

namespace {

/// Entries even in a square about zero: any block that is not orthogonal to the answer will do.
template <class T>
Matrix<T> random_block(Index rows, Index cols, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  const auto entry = [&] { return static_cast<double>(generator() >> 11) * 0x1p-52 - 1.0; };
  Matrix<T> block(rows, cols);
  for (Index j = 0; j < cols; ++j) {
    for (Index i = 0; i < rows; ++i) {
      if constexpr (is_complex<T>) {
        const double real = entry();
        block(i, j) = T(real, entry());
      } else {
        block(i, j) = entry();
      }
    }
  }
  return block;
}

/// Orthonormal columns of the span of `block`, as far as it has numerical rank: eigenvectors of
/// the Gram matrix of unit columns; dependent directions are dropped.
template <class T>
Matrix<T> orthonormal(Matrix<T> block) {
  if (block.cols() == 0) return block;
  for (Index j = 0; j < block.cols(); ++j) block.col(j).stableNormalize();
  Matrix<T> gram(block.cols(), block.cols());
  multiply<T>(Op::adjoint, T(1.0), block, block, T(0.0), gram);
  Eigen::VectorXd values;
  eigh<T>(gram, values);
  const double least = 1e-12 * values.maxCoeff();
  Index first = 0;
  while (first < values.size() && !(values(first) > least)) ++first;
  const Index rank = values.size() - first;
  const Matrix<T> mix =
      gram.rightCols(rank) * values.tail(rank).cwiseSqrt().cwiseInverse().asDiagonal();
  Matrix<T> out(block.rows(), rank);
  multiply<T>(Op::none, T(1.0), block, mix, T(0.0), out);
  return out;
}

template <class T>
class BlockKrylov {
 public:
  BlockKrylov(const HermitianProduct<T>& product, Index dim, Index count,
              const KrylovOptions& options)
      : product_(product), count_(count), options_(options) {
    block_ = std::min(dim, count + std::max(options.extra, count / 4));
    const Index most = std::min(dim, 4 * block_);
    basis_.resize(dim, most);
    image_.resize(dim, most);
  }

  LeadingPairs<T> run() {
    constexpr std::uint64_t first_seed = 1, second_seed = 2;
    extend(random_block<T>(basis_.rows(), block_, first_seed));
    while (true) {
      solve();
      const std::vector<Index> open = not_converged();
      const bool settled =
          std::none_of(open.begin(), open.end(), [&](Index i) { return i < count_; });
      if (settled || size_ == basis_.rows()) return result();
      if (products_ >= options_.most_products) give_up();
      Matrix<T> next(basis_.rows(), static_cast<Index>(open.size()));
      for (std::size_t i = 0; i < open.size(); ++i) {
        next.col(static_cast<Index>(i)) = residuals_.col(open[i]);
      }
      const bool whole_space = basis_.cols() == basis_.rows();
      if (size_ + next.cols() > basis_.cols() && !whole_space) restart();
      // Residuals that rounding has left inside the basis: other directions, then.
      if (extend(std::move(next)) > 0) continue;
      if (extend(random_block<T>(basis_.rows(), block_, second_seed)) == 0) give_up();
    }
  }

 private:
  /// Adds the part of `block` outside the basis, and its image; returns how many vectors are new.
  Index extend(Matrix<T> block) {
    const auto old = basis_.leftCols(size_);
    for (int pass = 0; pass < 3; ++pass) {
      if (size_ > 0) {
        Matrix<T> along(size_, block.cols());
        multiply<T>(Op::adjoint, T(1.0), old, block, T(0.0), along);
        multiply<T>(Op::none, T(-1.0), old, along, T(1.0), block);
      }
      block = orthonormal(std::move(block));
    }
    const Index added = std::min(block.cols(), basis_.cols() - size_);
    if (added == 0) return 0;
    basis_.middleCols(size_, added) = block.leftCols(added);
    product_(basis_.middleCols(size_, added), image_.middleCols(size_, added));
    ++products_;
    size_ += added;
    return added;
  }

  /// Ritz pairs of the basis, descending, and the residuals of the first block.
  void solve() {
    Matrix<T> small(size_, size_);
    multiply<T>(Op::adjoint, T(1.0), basis_.leftCols(size_), image_.leftCols(size_), T(0.0), small);
    small = (T(0.5) * (small + small.adjoint())).eval();
    eigh<T>(small, ritz_);
    ritz_ = ritz_.reverse().eval();
    rotation_ = small.rowwise().reverse();
    const Index shown = std::min(block_, size_);
    const Matrix<T> lead = rotation_.leftCols(shown);
    residuals_.resize(basis_.rows(), shown);
    multiply<T>(Op::none, T(1.0), image_.leftCols(size_), lead, T(0.0), residuals_);
    const Matrix<T> scaled = lead * ritz_.head(shown).template cast<T>().asDiagonal();
    multiply<T>(Op::none, T(-1.0), basis_.leftCols(size_), scaled, T(1.0), residuals_);
    norms_ = residuals_.colwise().norm();
  }

  [[nodiscard]] std::vector<Index> not_converged() const {
    std::vector<Index> open;
    for (Index i = 0; i < norms_.size(); ++i) {
      if (!(norms_(i) <= options_.tolerance * ritz_(0))) open.push_back(i);
    }
    return open;
  }

  /// Keeps the two leading blocks of Ritz vectors.
  void restart() {
    const Index keep = std::min(2 * block_, size_ / 2);
    const Matrix<T> lead = rotation_.leftCols(keep);
    for (Matrix<T>* of : {&basis_, &image_}) {
      Matrix<T> turned(of->rows(), keep);
      multiply<T>(Op::none, T(1.0), of->leftCols(size_), lead, T(0.0), turned);
      of->leftCols(keep) = turned;
    }
    size_ = keep;
  }

  [[nodiscard]] LeadingPairs<T> result() const {
    LeadingPairs<T> pairs{ritz_.head(count_), Matrix<T>(basis_.rows(), count_), norms_.head(count_),
                          products_};
    const Matrix<T> lead = rotation_.leftCols(count_);
    multiply<T>(Op::none, T(1.0), basis_.leftCols(size_), lead, T(0.0), pairs.vectors);
    return pairs;
  }

  [[noreturn]] void give_up() const {
    throw Error(fmt::format(
        "{} leading eigenpairs: after {} products the largest residual is {:.2g} of the largest "
        "eigenvalue, more than {:.2g}: ask for fewer",
        count_, products_, norms_.head(count_).maxCoeff() / ritz_(0), options_.tolerance));
  }

  const HermitianProduct<T>& product_;
  Index count_;
  KrylovOptions options_;
  Index block_ = 0;
  Index size_ = 0;  // columns of the basis in use
  int products_ = 0;
  Matrix<T> basis_, image_, rotation_, residuals_;
  Eigen::VectorXd ritz_, norms_;
};

}  // namespace

template <class T>
LeadingPairs<T> leading_pairs(const HermitianProduct<T>& product, Index dim, Index count,
                              const KrylovOptions& options) {
  if (count < 1 || count > dim) {
    throw Error(
        fmt::format("{} eigenpairs of a matrix of dimension {}: ask for 1 to {}", count, dim, dim));
  }
  const SingleThreadedBlas blas;
  return BlockKrylov<T>(product, dim, count, options).run();
}

#define PELLUCID_INSTANTIATE(T)                                                       \
  template LeadingPairs<T> leading_pairs<T>(const HermitianProduct<T>&, Index, Index, \
                                            const KrylovOptions&);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid::linalg
