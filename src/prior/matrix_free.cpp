// SPDX-License-Identifier: BSD-3-Clause
#include "prior/matrix_free.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "linalg/blas.hpp"
#include "linalg/krylov.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"
#include "prior/centred_sums.hpp"

namespace pellucid {

namespace {

constexpr Index panel_rows = 512;
constexpr Index piece_samples = 64;

/// Products with the covariance of samples that are read anew each time.
template <class T>
class StreamedCovariance {
 public:
  StreamedCovariance(const SampleSource<T>& clean, int threads, Monitor* monitor)
      : clean_(clean),
        threads_(threads),
        monitor_(monitor),
        samples_(clean.dim(), std::min(clean.count(), block_samples(clean.dim()))) {
    measure();
  }

  [[nodiscard]] const Vector<T>& mean() const { return mean_; }
  [[nodiscard]] double total_variance() const { return total_variance_; }

  /// `out = sum_j (x_j - m) ((x_j - m)^H v) / n`.
  void multiply(ConstBatch<T> v, Batch<T> out) {
    out.setZero();
    for_each_block(mean_, [&](ConstBatch<T> block) { add_product(block, v, out); });
    out /= T(static_cast<double>(clean_.count()));
  }

 private:
  template <class Use>
  void for_each_block(const Vector<T>& shift, const Use& use) {
    const Task task(monitor_, "reading samples", static_cast<double>(clean_.count()));
    const std::string pass = fmt::format("pass {}", ++passes_);
    for (Index first = 0; first < clean_.count(); first += samples_.cols()) {
      auto part = samples_.leftCols(std::min(samples_.cols(), clean_.count() - first));
      read_shifted<T>(clean_, first, shift, threads_, part, sum_);
      use(part);
      task.update(static_cast<double>(first + part.cols()), pass);
    }
  }

  void measure() {
    const Vector<T> shift = rough_mean(clean_);
    const auto count = static_cast<double>(clean_.count());
    Vector<T> total = Vector<T>::Zero(clean_.dim());
    double squares = 0.0;
    for_each_block(shift, [&](ConstBatch<T> block) {
      total += sum_;
      squares += block.squaredNorm();
    });
    mean_ = shift + total / count;
    total_variance_ = std::max(0.0, squares / count - (total / count).squaredNorm());
    if (!std::isfinite(total_variance_)) {
      throw Error("PCA fit: the variance exceeds the range of double precision: scale the data");
    }
  }

  void add_product(ConstBatch<T> block, ConstBatch<T> v, Batch<T> out) {
    scores_.resize(v.cols(), block.cols());
    parallel_for((block.cols() + piece_samples - 1) / piece_samples, threads_, [&](Index i, int) {
      const Index first = i * piece_samples, count = std::min(piece_samples, block.cols() - first);
      linalg::multiply<T>(linalg::Op::adjoint, T(1.0), v, block.middleCols(first, count), T(0.0),
                          scores_.middleCols(first, count));
    });
    const Matrix<T> weights = scores_.adjoint();
    parallel_for((block.rows() + panel_rows - 1) / panel_rows, threads_, [&](Index i, int) {
      const Index row = i * panel_rows, rows = std::min(panel_rows, block.rows() - row);
      linalg::multiply<T>(linalg::Op::none, T(1.0), block.middleRows(row, rows), weights, T(1.0),
                          out.middleRows(row, rows));
    });
  }

  const SampleSource<T>& clean_;
  int threads_;
  Monitor* monitor_;
  Matrix<T> samples_, scores_;
  Vector<T> mean_, sum_;
  double total_variance_ = 0.0;
  int passes_ = 0;
};

}  // namespace

bool prefers_matrix_free(Index dim, Index count, Index rank) {
  const auto small = static_cast<double>(std::min(dim, count));
  const auto large = static_cast<double>(std::max(dim, count));
  const auto block = static_cast<double>(rank + std::max<Index>(8, rank / 4));
  const double formed = small * small * large + 6.0 * small * small * small;
  return small >= 2000.0 && 20.0 * 4.0 * small * large * block < formed;
}

template <class T>
LowRank<T> fit_matrix_free(const SampleSource<T>& clean, Index rank, int threads, Monitor* monitor,
                           double* power) {
  const linalg::SingleThreadedBlas blas;
  StreamedCovariance<T> covariance(clean, threads, monitor);
  if (power != nullptr) {
    *power = covariance.total_variance() / static_cast<double>(clean.dim());
  }
  auto pairs = linalg::leading_pairs<T>(
      [&](ConstBatch<T> v, Batch<T> out) { covariance.multiply(v, out); }, clean.dim(), rank);
  return {covariance.mean(), std::move(pairs.vectors), pairs.values.cwiseMax(0.0)};
}

template LowRank<double> fit_matrix_free<double>(const SampleSource<double>&, Index, int, Monitor*,
                                                 double*);
template LowRank<std::complex<double>> fit_matrix_free<std::complex<double>>(
    const SampleSource<std::complex<double>>&, Index, int, Monitor*, double*);

}  // namespace pellucid
