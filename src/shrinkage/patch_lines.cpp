// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <memory>

#include "linalg/window_kernels.hpp"
#include "pellucid/base/parallel.hpp"
#include "shrinkage/patch_engines.hpp"

namespace pellucid {

namespace {

using linalg::packed_entries;
using linalg::WindowKernels;
using linalg::WindowLines;

// Windows of a row that are worked on together: their matrices stay in the nearer caches.
constexpr Index chunk_windows = 32;

constexpr Index rounded_up(Index count, Index unit) { return (count + unit - 1) / unit * unit; }

// Memory that vector registers load from; Eigen aligns it to 64 bytes.
using Buffer = Eigen::Matrix<double, Eigen::Dynamic, 1>;

// The array as lines of voxels, look by look, with room for whole groups of windows behind each.
template <class Real>
class Lines {
 public:
  Lines(const PatchGrid& grid, Index looks, Index lanes)
      : grid_(grid),
        looks_(looks),
        pitch_(rounded_up(rounded_up(grid.windows_of_row(), lanes) + grid.width() - 1, lanes)) {
    // Looks at distances of whole pages would share their places in the cache.
    if (pitch_ % 128 == 0) pitch_ += lanes;
    entries_ = Matrix<Real>::Zero(pitch_ * looks, grid.lines());
  }

  [[nodiscard]] Index pitch() const { return pitch_; }
  [[nodiscard]] Real* line(Index number) { return entries_.col(number).data(); }

  void fill(ConstBatch<Real> array, int threads) {
    parallel_for(grid_.lines(), threads, [&](Index number, int) {
      const Index start = grid_.line_start(number), stride = grid_.voxel_stride();
      for (Index x = 0; x < grid_.length(); ++x) {
        const auto voxel = array.col(start + x * stride);
        for (Index look = 0; look < looks_; ++look) line(number)[look * pitch_ + x] = voxel[look];
      }
    });
  }
  void unpack(Matrix<Real>& array, int threads) {
    parallel_for(grid_.lines(), threads, [&](Index number, int) {
      const Index start = grid_.line_start(number), stride = grid_.voxel_stride();
      for (Index x = 0; x < grid_.length(); ++x) {
        auto voxel = array.col(start + x * stride);
        for (Index look = 0; look < looks_; ++look) voxel[look] = line(number)[look * pitch_ + x];
      }
    });
  }

 private:
  const PatchGrid& grid_;
  Index looks_, pitch_;
  Matrix<Real> entries_;
};

// A worker's place for one chunk of a row of windows.
template <class Real>
class RowWorker {
 public:
  RowWorker(const PatchTask<Real>& task, Lines<Real>& in, Lines<Real>& out)
      : task_(task),
        in_(in),
        out_(out),
        kernels_(linalg::window_kernels<Real>()),
        lanes_(kernels_.lanes),
        looks_(task.array.rows()),
        by_looks_(looks_ <= task.grid.window_voxels()),
        order_(std::min(looks_, task.grid.window_voxels())),
        entries_(packed_entries(order_)),
        width_(task.grid.width()),
        stride_(rounded_up(chunk_windows + 2 * (width_ - 1), lanes_) + lanes_),
        values_(order_ * lanes_),
        weights_(order_ * lanes_),
        rest_(lanes_),
        work_(linalg::window_work_size(order_, lanes_)) {
    grams_.resize(entries_ * (by_looks_ ? chunk_windows : lanes_));
    if (by_looks_) {
      sums_.resize(16 * (chunk_windows + width_ + lanes_));
      functions_.resize(entries_ * stride_);
    }
    sum_.resize(entries_ * lanes_);
  }

  void run(Index number) {
    const PatchGrid::Row row = task_.grid.row(number);
    for (const Index line : row.lines) {
      from_.push_back(in_.line(line));
      to_.push_back(out_.line(line));
    }
    const WindowLines<Real> lines = {from_.data(), to_.data(),  std::ssize(from_),
                                     looks_,       in_.pitch(), width_};
    const Index windows = task_.grid.windows_of_row();
    for (Index first = 0; first < windows; first += chunk_windows) {
      const Index count = std::min(chunk_windows, windows - first);
      by_looks_ ? run_looks(lines, row, first, count) : run_voxels(lines, row, first, count);
    }
    from_.clear();
    to_.clear();
  }

 private:
  // Matrices between looks: those of all windows over a voxel are summed before they meet it.
  void run_looks(const WindowLines<Real>& lines, const PatchGrid::Row& row, Index first,
                 Index count) {
    const Index padded = rounded_up(count, lanes_);
    kernels_.gram_of_looks(lines, first, padded, sums_.data(), grams_.data());
    functions_.setZero();
    double* functions = functions_.data() + width_ - 1;
    for (Index w = 0; w < count; w += lanes_) {
      decompose(grams_.data() + w * entries_, row, first + w, std::min(lanes_, count - w),
                functions + w, stride_);
    }
    for (Index x = 0; x < padded + width_ - 1; x += lanes_) {
      kernels_.sum_over_windows(entries_, functions + x, stride_, width_, sum_.data());
      kernels_.apply_to_looks(lines, first + x, sum_.data());
    }
  }

  // Matrices between the voxels of a window, fewer than looks.
  void run_voxels(const WindowLines<Real>& lines, const PatchGrid::Row& row, Index first,
                  Index count) {
    for (Index w = 0; w < count; w += lanes_) {
      kernels_.gram_of_voxels(lines, first + w, grams_.data());
      decompose(grams_.data(), row, first + w, std::min(lanes_, count - w), sum_.data(), lanes_);
      kernels_.apply_to_voxels(lines, first + w, sum_.data());
    }
  }

  // From Gram matrices of a group to what multiplies its data; lanes without window give zero.
  void decompose(double* grams, const PatchGrid::Row& row, Index first, Index count, double* result,
                 Index stride) {
    kernels_.eigenvalues(order_, grams, values_.data(), work_.data());
    weights_.setZero();
    rest_.setZero();
    Index rank = 0;
    for (Index lane = 0; lane < count; ++lane) {
      const Index window = row.first_window + (first + lane) * task_.grid.window_stride();
      const WindowFactors found =
          task_.maps.judge(task_.judge, values_.data() + lane, lanes_, window);
      const Index kept = std::ssize(found.factor);
      rest_[lane] = found.rest;
      for (Index k = 0; k < kept; ++k) {
        weights_[k * lanes_ + lane] = found.factor[static_cast<std::size_t>(k)];
      }
      // Of vectors that only other lanes need, this one makes nothing else than of the rest.
      for (Index k = kept; k < order_; ++k) weights_[k * lanes_ + lane] = found.rest;
      rank = std::max(rank, kept);
    }
    kernels_.spectral(order_, grams, values_.data(), rank, weights_.data(), rest_.data(),
                      work_.data(), result, stride);
  }

  const PatchTask<Real>& task_;
  Lines<Real>&in_, &out_;
  const WindowKernels<Real>& kernels_;
  Index lanes_, looks_;
  bool by_looks_;
  Index order_, entries_, width_;
  Index stride_;  // of the functions' entries: all windows of a chunk, zeros before and behind
  Buffer grams_, sums_, functions_, sum_, values_, weights_, rest_, work_;
  std::vector<const Real*> from_;
  std::vector<Real*> to_;
};

}  // namespace

template <class Real>
Matrix<Real> sum_estimates_by_lines(const PatchTask<Real>& task) {
  const Index looks = task.array.rows(), lanes = linalg::window_kernels<Real>().lanes;
  const int threads = thread_count(task.options.threads);
  Lines<Real> in(task.grid, looks, lanes), out(task.grid, looks, lanes);
  in.fill(task.array, threads);
  std::vector<std::unique_ptr<RowWorker<Real>>> workers(static_cast<std::size_t>(threads));
  for_rows(task.grid, task.options, [&](Index row, int worker) {
    auto& mine = workers[static_cast<std::size_t>(worker)];
    if (!mine) mine = std::make_unique<RowWorker<Real>>(task, in, out);
    mine->run(row);
  });
  Matrix<Real> sum(looks, task.grid.voxels());
  out.unpack(sum, threads);
  return sum;
}

template Matrix<float> sum_estimates_by_lines<float>(const PatchTask<float>&);
template Matrix<double> sum_estimates_by_lines<double>(const PatchTask<double>&);

}  // namespace pellucid
