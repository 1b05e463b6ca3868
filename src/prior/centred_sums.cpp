// SPDX-License-Identifier: BSD-3-Clause
#include "prior/centred_sums.hpp"

#include "linalg/blas.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"

namespace pellucid {

namespace {
constexpr Index piece_samples = 64;
constexpr Index panel_rows = 128;

Index pieces_of(Index count, Index size) { return (count + size - 1) / size; }
}  // namespace

template <class T>
void read_shifted(const SampleSource<T>& source, Index first, const Vector<T>& shift, int threads,
                  Batch<T> out, Vector<T>& sum) {
  const Index pieces = pieces_of(out.cols(), piece_samples);
  // As many samples at a time as a core's cache holds.
  const Index step = std::clamp<Index>((Index{1} << 16) / out.rows(), 1, piece_samples);
  Matrix<T> sums(out.rows(), pieces);
  parallel_for(pieces, threads, [&](Index piece, int) {
    const Index start = piece * piece_samples;
    auto part = out.middleCols(start, std::min(piece_samples, out.cols() - start));
    sums.col(piece).setZero();
    for (Index j = 0; j < part.cols(); j += step) {
      auto few = part.middleCols(j, std::min(step, part.cols() - j));
      source.read(first + start + j, few);
      for (Index i = 0; i < few.cols(); ++i) {
        few.col(i) -= shift;
        sums.col(piece) += few.col(i);
      }
    }
  });
  sum = sums.col(0);
  for (Index piece = 1; piece < pieces; ++piece) sum += sums.col(piece);
  // What is not finite leaves its trace in the sum; reading again tells the sample.
  if (!sum.allFinite()) {
    Vector<T> sample(out.rows());
    for (Index j = 0; j < out.cols(); ++j) read_finite<T>(source, first + j, sample);
  }
}

template <class T>
Vector<T> rough_mean(const SampleSource<T>& source) {
  Matrix<T> start(source.dim(), std::min(source.count(), piece_samples));
  read_finite<T>(source, 0, start);
  return start.rowwise().mean();
}

template <class T>
void add_gram_in_panels(ConstBatch<T> a, int threads, Batch<T> c) {
  const Index n = a.rows(), panels = pieces_of(n, panel_rows);
  parallel_for(panels, threads, [&](Index task, int) {
    const Index row = (panels - 1 - task) * panel_rows;  // the longest panels first
    const Index rows = std::min(panel_rows, n - row);
    linalg::add_gram<T>(a.middleRows(row, rows), c.block(row, row, rows, rows));
    linalg::add_outer<T>(a.middleRows(row, rows), a.topRows(row), c.block(row, 0, rows, row));
  });
}

template <class T>
MeanCovariance<T> mean_and_covariance(const SampleSource<T>& source, int threads,
                                      Monitor* monitor) {
  const linalg::SingleThreadedBlas blas;
  const Index n = source.dim(), count = source.count(), block = std::min(count, block_samples(n));
  const Task task(monitor, "measuring mean and covariance", static_cast<double>(count));
  const Vector<T> shift = rough_mean(source);
  Matrix<T> samples(n, block);
  Vector<T> sum, total = Vector<T>::Zero(n);
  Matrix<T> squares = Matrix<T>::Zero(n, n);
  for (Index first = 0; first < count; first += block) {
    auto part = samples.leftCols(std::min(block, count - first));
    read_shifted<T>(source, first, shift, threads, part, sum);
    total += sum;
    add_gram_in_panels<T>(part, threads, squares);
    task.update(static_cast<double>(first + part.cols()));
  }
  const Vector<T> move = total / static_cast<double>(count);
  squares.template selfadjointView<Eigen::Lower>().rankUpdate(move, -static_cast<double>(count));
  squares /= T(static_cast<double>(count));
  linalg::fill_upper<T>(squares);
  return {shift + move, std::move(squares)};
}

#define PELLUCID_INSTANTIATE(T)                                                                 \
  template void read_shifted<T>(const SampleSource<T>&, Index, const Vector<T>&, int, Batch<T>, \
                                Vector<T>&);                                                    \
  template Vector<T> rough_mean<T>(const SampleSource<T>&);                                     \
  template void add_gram_in_panels<T>(ConstBatch<T>, int, Batch<T>);                            \
  template MeanCovariance<T> mean_and_covariance<T>(const SampleSource<T>&, int, Monitor*);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
