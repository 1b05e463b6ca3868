// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <memory>

#include "linalg/blas.hpp"
#include "pellucid/base/parallel.hpp"
#include "shrinkage/patch_engines.hpp"

namespace pellucid {

namespace {

// A worker's window: looks x voxels.
template <class T>
class WindowWorker {
 public:
  WindowWorker(const PatchTask<T>& task, Matrix<T>& sum)
      : task_(task),
        sum_(sum),
        window_(task.array.rows(), task.grid.window_voxels()),
        estimate_(window_.rows(), window_.cols()),
        by_looks_(window_.rows() <= window_.cols()),
        order_(std::min(window_.rows(), window_.cols())) {}

  void run(Index number) {
    const PatchGrid& grid = task_.grid;
    const PatchGrid::Row row = grid.row(number);
    for (Index w = 0; w < grid.windows_of_row(); ++w) {
      voxels_.clear();
      for (const Index line : row.lines) {
        const Index start = grid.line_start(line) + w * grid.voxel_stride();
        for (Index dx = 0; dx < grid.width(); ++dx) {
          voxels_.push_back(start + dx * grid.voxel_stride());
        }
      }
      denoise(row.first_window + w * grid.window_stride());
    }
  }

 private:
  void denoise(Index number) {
    for (Index v = 0; v < window_.cols(); ++v) {
      window_.col(v) =
          task_.array.col(voxels_[static_cast<std::size_t>(v)]).template cast<Wide<T>>();
    }
    gram_.setZero(order_, order_);
    if (by_looks_) {
      linalg::add_gram<Wide<T>>(window_, gram_);
    } else {
      linalg::add_gram<Wide<T>>(window_.adjoint().eval(), gram_);
    }
    linalg::eigh<Wide<T>>(gram_, eigenvalues_);
    eigenvalues_.reverseInPlace();
    const WindowFactors factors = task_.maps.judge(task_.judge, eigenvalues_.data(), 1, number);
    apply(factors);
    for (Index v = 0; v < window_.cols(); ++v) {
      sum_.col(voxels_[static_cast<std::size_t>(v)]) += estimate_.col(v).template cast<T>();
    }
  }

  // `rest I + sum_k (factor_k - rest) u_k u_k^H` on the shorter side of the window.
  void apply(const WindowFactors& factors) {
    const Index rank = std::ssize(factors.factor);
    estimate_ = factors.rest * window_;
    if (rank == 0) return;
    const Matrix<Wide<T>> vectors = gram_.rightCols(rank).rowwise().reverse();
    Eigen::VectorXd gain(rank);
    for (Index k = 0; k < rank; ++k) {
      gain[k] = factors.factor[static_cast<std::size_t>(k)] - factors.rest;
    }
    const Matrix<Wide<T>> scaled = vectors * gain.asDiagonal(), adjoint = vectors.adjoint();
    constexpr auto none = linalg::Op::none;
    const Wide<T> one(1), zero(0);
    if (by_looks_) {
      Matrix<Wide<T>> scores(rank, window_.cols());
      linalg::multiply<Wide<T>>(none, one, adjoint, window_, zero, scores);
      linalg::multiply<Wide<T>>(none, one, scaled, scores, one, estimate_);
    } else {
      Matrix<Wide<T>> scores(window_.rows(), rank);
      linalg::multiply<Wide<T>>(none, one, window_, scaled, zero, scores);
      linalg::multiply<Wide<T>>(none, one, scores, adjoint, one, estimate_);
    }
  }

  const PatchTask<T>& task_;
  Matrix<T>& sum_;
  Matrix<Wide<T>> window_, estimate_, gram_;
  bool by_looks_;
  Index order_;
  Eigen::VectorXd eigenvalues_;
  std::vector<Index> voxels_;
};

}  // namespace

template <class T>
Matrix<T> sum_estimates_by_windows(const PatchTask<T>& task) {
  const linalg::SingleThreadedBlas single;
  const int threads = thread_count(task.options.threads);
  Matrix<T> sum = Matrix<T>::Zero(task.array.rows(), task.array.cols());
  std::vector<std::unique_ptr<WindowWorker<T>>> workers(static_cast<std::size_t>(threads));
  for_rows(task.grid, task.options, [&](Index row, int worker) {
    auto& mine = workers[static_cast<std::size_t>(worker)];
    if (!mine) mine = std::make_unique<WindowWorker<T>>(task, sum);
    mine->run(row);
  });
  return sum;
}

template Matrix<float> sum_estimates_by_windows<float>(const PatchTask<float>&);
template Matrix<double> sum_estimates_by_windows<double>(const PatchTask<double>&);
template Matrix<std::complex<float>> sum_estimates_by_windows(
    const PatchTask<std::complex<float>>&);
template Matrix<std::complex<double>> sum_estimates_by_windows(
    const PatchTask<std::complex<double>>&);

}  // namespace pellucid
