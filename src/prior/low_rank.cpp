// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/low_rank.hpp"

#include <fmt/format.h>

#include <Eigen/QR>
#include <cmath>

#include "linalg/blas.hpp"
#include "linalg/eigh_leading.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"
#include "prior/centred_sums.hpp"
#include "prior/coloured_draws.hpp"
#include "prior/matrix_free.hpp"

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

[[noreturn]] void out_of_range() {
  throw Error("PCA fit: the variance exceeds the range of double precision: scale the data");
}

/// All samples, one a column, about a shift near their mean, and what that lacks of the mean.
template <class T>
struct ShiftedSamples {
  Matrix<T> samples;  // x_j - c, N x n
  Vector<T> shift;    // c
  Vector<T> move;     // m - c
};

template <class T>
ShiftedSamples<T> read_all(const SampleSource<T>& clean, int threads, Monitor* monitor) {
  const Index n = clean.dim(), count = clean.count(), block = block_samples(n);
  const Task task(monitor, "reading samples", static_cast<double>(count));
  ShiftedSamples<T> all{Matrix<T>(n, count), rough_mean(clean), Vector<T>::Zero(n)};
  Vector<T> sum;
  for (Index first = 0; first < count; first += block) {
    auto part = all.samples.middleCols(first, std::min(block, count - first));
    read_shifted<T>(clean, first, all.shift, threads, part, sum);
    all.move += sum / static_cast<double>(count);
    task.update(static_cast<double>(first + part.cols()));
  }
  return all;
}

/// Lower triangle of `Y^H Y`, n x n: column panels shared among the threads.
template <class T>
Matrix<T> gram_matrix(const Matrix<T>& samples, int threads) {
  const Index n = samples.cols(), panel = chunk_samples / 2;
  Matrix<T> gram(n, n);
  parallel_for((n + panel - 1) / panel, threads, [&](Index task, int) {  // longest panels first
    const Index first = task * panel, count = std::min(panel, n - first), rest = n - first - count;
    const auto part = samples.middleCols(first, count);
    linalg::inner_gram<T>(part, gram.block(first, first, count, count));
    linalg::multiply<T>(linalg::Op::adjoint, T(1.0), samples.rightCols(rest), part, T(0.0),
                        gram.block(first + count, first, rest, count));
  });
  return gram;
}

/// The Gram matrix about the mean, divided by n: `(I - e e^H / n) G (I - e e^H / n) / n` with `e`
/// of ones. Little cancels, as the samples are near their mean.
template <class T>
void centre(Matrix<T>& gram) {
  const auto n = static_cast<double>(gram.cols());
  linalg::fill_upper<T>(gram);
  const Vector<T> average = gram.colwise().sum().adjoint() / n;
  const T all = average.mean();
  for (Index j = 0; j < gram.cols(); ++j) {
    gram.col(j) = (gram.col(j) - average).array() - (Eigen::numext::conj(average(j)) - all);
  }
  gram /= T(n);
}

/// `P M`, row panels shared among the threads.
template <class T>
Matrix<T> product_in_panels(const Matrix<T>& left, const Matrix<T>& right, int threads) {
  const Index n = left.rows(), panel = 2 * chunk_samples;
  Matrix<T> product(n, right.cols());
  parallel_for((n + panel - 1) / panel, threads, [&](Index task, int) {
    const Index row = task * panel, rows = std::min(panel, n - row);
    linalg::multiply<T>(linalg::Op::none, T(1.0), left.middleRows(row, rows), right, T(0.0),
                        product.middleRows(row, rows));
  });
  return product;
}

/// Orthonormal columns from unit ones. Small eigenvalues leave them only roughly orthogonal, and a
/// Cholesky factor of their overlap mends that; zero ones leave them empty, and the factor `Q` of a
/// QR decomposition completes the others to an orthonormal set. Phases are fixed later.
template <class T>
Matrix<T> orthonormalised(Matrix<T> vectors, int threads) {
  const Index rank = vectors.cols();
  const Matrix<T> identity = Matrix<T>::Identity(rank, rank);
  Matrix<T> overlap(rank, rank);
  linalg::inner_gram<T>(vectors, overlap);
  linalg::fill_upper<T>(overlap);
  if ((overlap - identity).norm() < 0.1 && linalg::cholesky<T>(overlap)) {
    Matrix<T> inverse = identity;
    linalg::solve_lower<T>(overlap, inverse);
    return product_in_panels<T>(vectors, inverse.adjoint(), threads);
  }
  const Eigen::HouseholderQR<Matrix<T>> qr(vectors);
  return qr.householderQ() * Matrix<T>::Identity(vectors.rows(), rank);
}

template <class T>
LowRank<T> fit_through_gram(const SampleSource<T>& clean, Index rank, int threads, Monitor* monitor,
                            double* power) {
  const ShiftedSamples<T> all = read_all(clean, threads, monitor);
  Matrix<T> gram = gram_matrix(all.samples, threads);
  centre(gram);
  if (!gram.diagonal().allFinite()) out_of_range();
  if (power != nullptr) *power = gram.diagonal().real().sum() / static_cast<double>(clean.dim());
  Eigen::VectorXd values;
  Matrix<T> right;
  linalg::eigh_leading<T>(gram, rank, values, right);
  Matrix<T> left = product_in_panels(all.samples, right, threads);
  left -= all.move * right.colwise().sum();
  for (Index i = 0; i < rank; ++i) left.col(i).normalize();
  return {all.shift + all.move, orthonormalised(std::move(left), threads), values.cwiseMax(0.0)};
}

template <class T>
LowRank<T> fit_through_covariance(const SampleSource<T>& clean, Index rank, int threads,
                                  Monitor* monitor, double* power) {
  auto [mean, covariance] = mean_and_covariance(clean, threads, monitor);
  const double total = covariance.diagonal().real().cwiseMax(0.0).sum();
  if (!mean.allFinite() || !std::isfinite(total)) out_of_range();
  if (power != nullptr) *power = total / static_cast<double>(clean.dim());
  Eigen::VectorXd values;
  Matrix<T> vectors;
  linalg::eigh_leading<T>(covariance, rank, values, vectors);
  return {std::move(mean), std::move(vectors), values.cwiseMax(0.0)};
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
  Matrix<T> covariance = prior.covariance;
  Eigen::VectorXd values;
  LowRank<T> model{prior.mean, {}, {}};
  linalg::eigh_leading<T>(covariance, rank, values, model.eigenvectors);
  model.eigenvalues = values.cwiseMax(0.0);
  fix_phases(model.eigenvectors);
  return model;
}

template <class T>
LowRank<T> fit_low_rank(const SampleSource<T>& clean, Index rank, int threads, Monitor* monitor,
                        double* power) {
  check_not_empty(clean, "PCA fit");
  const linalg::SingleThreadedBlas blas;
  const Index n = clean.dim(), count = clean.count();
  check_rank(rank, std::min(n, count - 1),
             fmt::format("{} centred samples of dimension {}", count, n));
  const auto fit = prefers_matrix_free(n, count, rank) ? fit_matrix_free<T>
                   : count < n                         ? fit_through_gram<T>
                                                       : fit_through_covariance<T>;
  LowRank<T> model = fit(clean, rank, threads, monitor, power);
  fix_phases(model.eigenvectors);
  return model;
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
