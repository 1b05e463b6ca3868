// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/low_rank.hpp"

#include <fmt/format.h>

#include <Eigen/QR>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"
#include "prior/coloured_draws.hpp"

namespace pellucid {

namespace {

void check_rank(Index rank, Index largest, const std::string& what) {
  if (rank >= 1 && rank <= largest) return;
  throw Error(fmt::format("rank {}: {} carry 1 to {} components: choose a rank in that range", rank,
                          what, largest));
}

/// Eigenvectors are free up to a phase: makes each one's largest entry real and positive.
template <class T>
void fix_phases(Matrix<T>& vectors) {
  for (Index i = 0; i < vectors.cols(); ++i) {
    Index largest = 0;
    const double size = vectors.col(i).cwiseAbs().maxCoeff(&largest);
    vectors.col(i) *= Eigen::numext::conj(vectors(largest, i)) / size;
  }
}

/// The `rank` last columns of ascending eigenpairs, largest first.
template <class T>
LowRank<T> take_leading(const Vector<T>& mean, const Matrix<T>& vectors,
                        const Eigen::VectorXd& values, Index rank) {
  LowRank<T> model{mean, vectors.rightCols(rank).rowwise().reverse(),
                   values.tail(rank).reverse().cwiseMax(0.0)};
  fix_phases(model.eigenvectors);
  return model;
}

/// All samples, one a column, and their mean taken off.
template <class T>
std::pair<Matrix<T>, Vector<T>> read_centred(const SampleSource<T>& clean, Monitor* monitor) {
  const Index n = clean.dim(), count = clean.count(), block = block_samples(n);
  const Task task(monitor, "reading samples", static_cast<double>(count));
  Matrix<T> samples(n, count);
  for (Index first = 0; first < count; first += block) {
    auto part = samples.middleCols(first, std::min(block, count - first));
    read_finite<T>(clean, first, part);
    task.update(static_cast<double>(first + part.cols()));
  }
  const Vector<T> mean = samples.rowwise().mean();
  samples.colwise() -= mean;
  return {std::move(samples), mean};
}

/// `Y^H Y / n`, n x n, column panels shared among the threads.
template <class T>
Matrix<T> gram_matrix(const Matrix<T>& centred, int threads) {
  const Index n = centred.cols();
  Matrix<T> gram(n, n);
  parallel_for(chunk_count(n), threads, [&](Index task, int) {
    const Index first = task * chunk_samples, count = std::min(chunk_samples, n - first);
    linalg::multiply<T>(linalg::Op::adjoint, T(1.0 / static_cast<double>(n)), centred,
                        centred.middleCols(first, count), T(0.0), gram.middleCols(first, count));
  });
  return gram;
}

/// `U = Y V` with orthonormal columns. Small eigenvalues leave `Y V` only roughly orthogonal, and
/// zero ones leave it empty: the factor `Q` of a QR decomposition mends the former (the phases it
/// changes are fixed later) and completes the latter to an orthonormal set.
template <class T>
Matrix<T> left_vectors(const Matrix<T>& centred, const Matrix<T>& right) {
  Matrix<T> product(centred.rows(), right.cols());
  linalg::multiply<T>(linalg::Op::none, T(1.0), centred, right, T(0.0), product);
  for (Index i = 0; i < product.cols(); ++i) product.col(i).normalize();
  const Eigen::HouseholderQR<Matrix<T>> qr(product);
  return qr.householderQ() * Matrix<T>::Identity(product.rows(), product.cols());
}

template <class T>
LowRank<T> fit_through_gram(const SampleSource<T>& clean, Index rank, int threads, Monitor* monitor,
                            double* power) {
  const auto [centred, mean] = read_centred(clean, monitor);
  if (power != nullptr) *power = centred.squaredNorm() / static_cast<double>(centred.size());
  Matrix<T> gram = gram_matrix(centred, threads);
  if (!gram.allFinite()) {
    throw Error("PCA fit: the variance exceeds the range of double precision: scale the data");
  }
  Eigen::VectorXd values;
  linalg::eigh<T>(gram, values);
  LowRank<T> model = take_leading(mean, gram, values, rank);
  model.eigenvectors = left_vectors(centred, model.eigenvectors);
  fix_phases(model.eigenvectors);
  return model;
}

}  // namespace

template <class T>
void LowRank<T>::validate() const {
  if (dim() == 0) throw Error("mean: is empty: a prior has at least one entry");
  if (eigenvectors.rows() != dim() || eigenvectors.cols() != rank() || rank() < 1) {
    throw Error(
        fmt::format("eigenvectors: {} x {} for {} eigenvalues and a mean of {}: must be N x k "
                    "with k at least 1",
                    eigenvectors.rows(), eigenvectors.cols(), rank(), dim()));
  }
  if (!mean.allFinite() || !eigenvectors.allFinite() || !eigenvalues.allFinite()) {
    throw Error("mean, eigenvectors, eigenvalues: an entry is not finite: remove NaN, infinity");
  }
  if (eigenvalues.minCoeff() < 0.0) throw Error("eigenvalues: one is negative: must be at least 0");
  const double off = (eigenvectors.adjoint() * eigenvectors - Matrix<T>::Identity(rank(), rank()))
                         .cwiseAbs()
                         .maxCoeff();
  // Files in single precision are orthonormal to about 1e-6.
  if (off > 1e-4) {
    throw Error(
        fmt::format("eigenvectors: columns are not orthonormal (off by {:.3g}): "
                    "orthonormalise them",
                    off));
  }
}

template <class T>
double average_variance(const LowRank<T>& prior) {
  return prior.eigenvalues.sum() / static_cast<double>(prior.dim());
}

template <class T>
LowRank<T> leading_components(const Gaussian<T>& prior, Index rank) {
  check_rank(rank, prior.dim(), fmt::format("a covariance of dimension {}", prior.dim()));
  const linalg::SingleThreadedBlas blas;
  Matrix<T> vectors = prior.covariance;
  Eigen::VectorXd values;
  linalg::eigh<T>(vectors, values);
  return take_leading(prior.mean, vectors, values, rank);
}

template <class T>
LowRank<T> fit_low_rank(const SampleSource<T>& clean, Index rank, int threads, Monitor* monitor,
                        double* power) {
  check_not_empty(clean, "PCA fit");
  const linalg::SingleThreadedBlas blas;
  const Index n = clean.dim(), count = clean.count();
  check_rank(rank, std::min(n, count - 1),
             fmt::format("{} centred samples of dimension {}", count, n));
  if (count < n) return fit_through_gram(clean, rank, threads, monitor, power);
  const Gaussian<T> all = fit_gaussian(clean, threads, monitor);
  if (power != nullptr) *power = average_variance(all);
  return leading_components(all, rank);
}

template <class T>
Matrix<T> draw(const LowRank<T>& prior, Index count, std::uint64_t seed, Index first) {
  const Matrix<T> root = prior.eigenvectors * prior.eigenvalues.cwiseSqrt().asDiagonal();
  return coloured_draws<T>(prior.mean, root, count, seed, first);
}

#define PELLUCID_INSTANTIATE(T)                                                               \
  template struct LowRank<T>;                                                                 \
  template double average_variance<T>(const LowRank<T>&);                                     \
  template LowRank<T> fit_low_rank<T>(const SampleSource<T>&, Index, int, Monitor*, double*); \
  template LowRank<T> leading_components<T>(const Gaussian<T>&, Index);                       \
  template Matrix<T> draw<T>(const LowRank<T>&, Index, std::uint64_t, Index);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
