// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/shrinkage/patch_shrinkage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "shrinkage/patch_engines.hpp"

namespace pellucid {

namespace {

PatchGrid grid_of(const std::vector<Index>& shape, Index looks, Index voxels,
                  const std::vector<Index>& patch) {
  if (shape.empty() || shape.back() != looks) {
    throw Error(
        fmt::format("the array's shape ends in {}, its looks are {}: give the shape of the "
                    "whole array",
                    shape.empty() ? 0 : shape.back(), looks));
  }
  PatchGrid grid({shape.begin(), shape.end() - 1}, patch);
  if (grid.voxels() != voxels) {
    throw Error(
        fmt::format("the array's shape has {} voxels, the array {}", grid.voxels(), voxels));
  }
  return grid;
}

void check_noise(const PatchGrid& grid, Index looks, const PatchOptions& options) {
  const auto given = static_cast<Index>(options.noise_std.size());
  if (given == 0 && std::min(grid.window_voxels(), looks) < least_side) {
    throw Error(
        fmt::format("windows of {} voxels and {} looks are too small to estimate noise from: "
                    "give its standard deviation, or {} or more of both",
                    grid.window_voxels(), looks, least_side));
  }
  if (given > 1 && given != grid.voxels()) {
    throw Error(
        fmt::format("{} standard deviations of the noise for {} voxels: give one for each, "
                    "or one for all",
                    given, grid.voxels()));
  }
  for (const double noise_std : options.noise_std) {
    if (!(noise_std >= 0) || !std::isfinite(noise_std)) {
      throw Error(
          fmt::format("a standard deviation of the noise is {}: give finite numbers of at "
                      "least 0",
                      noise_std));
    }
  }
}

// The largest real or imaginary part.
template <class T>
double largest_part(ConstBatch<T> voxel) {
  if (voxel.size() == 0) return 0.0;
  double largest = voxel.real().cwiseAbs().maxCoeff();
  if constexpr (is_complex<T>) {
    largest = std::max<double>(largest, voxel.imag().cwiseAbs().maxCoeff());
  }
  return largest;
}

// What one reading of the array tells.
struct Survey {
  Eigen::VectorXd counts;  // 1 for voxels that are not zero in all looks
  double largest = 0.0;
};

template <class T>
Survey survey(ConstBatch<T> array, int threads) {
  constexpr Index block = 4096;
  const Index blocks = (array.cols() + block - 1) / block;
  Survey found{Eigen::VectorXd(array.cols())};
  Eigen::VectorXd largest = Eigen::VectorXd::Zero(blocks);
  parallel_for(blocks, threads, [&](Index task, int) {
    const Index last = std::min(array.cols(), (task + 1) * block);
    for (Index v = task * block; v < last; ++v) {
      const double most = largest_part<T>(array.col(v));
      if (!array.col(v).allFinite()) {
        throw Error(
            fmt::format("voxel {} holds entries that are not finite: remove or replace them", v));
      }
      found.counts[v] = most > 0 ? 1.0 : 0.0;
      largest[task] = std::max(largest[task], most);
    }
  });
  if (blocks > 0) found.largest = largest.maxCoeff();
  return found;
}

// What entries are divided by where their squares would leave the range of numbers: a power of two,
// which changes no digits.
double scale_of(double largest) {
  constexpr double small = 0x1p-20, great = 0x1p20;
  return largest == 0 || (largest > small && largest < great) ? 1.0
                                                              : std::exp2(std::ilogb(largest));
}

// The mean square, over the voxels that count, of given standard deviations.
Eigen::VectorXd given_variances(const PatchGrid& grid, const std::vector<double>& noise_std,
                                const Eigen::VectorXd& counts, const Eigen::VectorXd& voxels) {
  if (noise_std.empty()) return Eigen::VectorXd::Zero(grid.windows());
  if (noise_std.size() == 1) {
    return Eigen::VectorXd::Constant(grid.windows(), noise_std.front() * noise_std.front());
  }
  const Eigen::Map<const Eigen::VectorXd> given(noise_std.data(), grid.voxels());
  const Eigen::VectorXd sums = grid.sum_in_windows(given.cwiseAbs2().cwiseProduct(counts));
  return sums.cwiseQuotient(voxels.cwiseMax(1.0));
}

// The windows' mean at each voxel; 0 where none was judged or the voxel does not count.
Eigen::VectorXd mean_of_windows(const PatchGrid& grid, const Eigen::VectorXd& of_windows,
                                const WindowMaps& maps, const Eigen::VectorXd& counts) {
  const Eigen::VectorXd judged = (maps.weight.array() > 0).cast<double>();
  const Eigen::VectorXd count = grid.sum_of_windows(judged);
  const Eigen::VectorXd sum = grid.sum_of_windows(of_windows.cwiseProduct(judged));
  return sum.cwiseQuotient(count.cwiseMax(1.0)).cwiseProduct(counts);
}

// Divides the weighted sum by the weights; returns the mean squared change.
template <class T>
Eigen::VectorXd finish(ConstBatch<T> array, const Eigen::VectorXd& weights, Matrix<T>& sum,
                       int threads) {
  Eigen::VectorXd removed(array.cols());
  constexpr Index block = 4096;
  parallel_for((array.cols() + block - 1) / block, threads, [&](Index task, int) {
    const Index last = std::min(array.cols(), (task + 1) * block);
    for (Index v = task * block; v < last; ++v) {
      if (weights[v] > 0) {
        sum.col(v) *= static_cast<RealOf<T>>(1.0 / weights[v]);
      } else {
        sum.col(v) = array.col(v);
      }
      const auto change = (array.col(v) - sum.col(v)).template cast<Wide<T>>();
      removed[v] = change.squaredNorm() / static_cast<double>(array.rows());
    }
  });
  return removed;
}

template <class T>
Matrix<T> sum_estimates(const PatchTask<T>& task) {
  if constexpr (!is_complex<T>) {
    if (std::min(task.array.rows(), task.grid.window_voxels()) <= most_side) {
      return sum_estimates_by_lines<T>(task);
    }
  }
  return sum_estimates_by_windows<T>(task);
}

}  // namespace

WindowFactors WindowMaps::judge(const WindowJudge& judge, const double* eigenvalues, Index stride,
                                Index number) {
  WindowFactors factors =
      judge.judge(eigenvalues, stride, std::lround(voxels[number]), noise_variance[number]);
  noise_variance[number] = factors.noise_variance;
  rank[number] = factors.rank;
  weight[number] = factors.weight;
  return factors;
}

void for_rows(const PatchGrid& grid, const PatchOptions& options,
              const std::function<void(Index row, int worker)>& body) {
  const Task progress(options.monitor, "denoising", static_cast<double>(grid.windows()));
  std::atomic<Index> done{0};
  for (const std::vector<Index>& set : grid.row_sets()) {
    parallel_for(std::ssize(set), options.threads, [&](Index task, int worker) {
      body(set[static_cast<std::size_t>(task)], worker);
      done += grid.windows_of_row();
      if (worker == 0) progress.update(static_cast<double>(done));
    });
  }
}

namespace {

// `shrink_patches` of entries whose squares are in range; `counts` as in `Survey`.
template <class T>
PatchShrinkage<T> shrink(ConstBatch<T> array, const PatchGrid& grid, const PatchOptions& options,
                         const Eigen::VectorXd& counts, int threads) {
  const Index looks = array.rows();
  WindowMaps maps;
  maps.voxels = grid.sum_in_windows(counts);
  maps.noise_variance = given_variances(grid, options.noise_std, counts, maps.voxels);
  maps.rank = maps.weight = Eigen::VectorXd::Zero(grid.windows());

  const WindowJudge judge(options, grid.window_voxels(), looks);
  const PatchTask<T> task{array, grid, judge, options, maps};
  PatchShrinkage<T> result;
  result.denoised = sum_estimates<T>(task);
  result.removed = finish<T>(array, grid.sum_of_windows(maps.weight), result.denoised, threads);
  result.noise_std = mean_of_windows(grid, maps.noise_variance, maps, counts).cwiseSqrt();
  result.rank = mean_of_windows(grid, maps.rank, maps, counts);
  return result;
}

}  // namespace

template <class T>
PatchShrinkage<T> shrink_patches(ConstBatch<T> array, const std::vector<Index>& shape,
                                 const PatchOptions& options) {
  const PatchGrid grid = grid_of(shape, array.rows(), array.cols(), options.patch);
  check_noise(grid, array.rows(), options);
  const int threads = thread_count(options.threads);
  const Survey found = survey<T>(array, threads);
  const double scale = scale_of(found.largest);
  if (scale == 1.0) return shrink<T>(array, grid, options, found.counts, threads);
  PatchOptions scaled = options;
  for (double& noise_std : scaled.noise_std) noise_std /= scale;
  // A float's largest power of two and smallest quotient are in range, their reciprocals need not.
  const auto factor = static_cast<RealOf<T>>(scale);
  const Matrix<T> in_range = array / factor;
  PatchShrinkage<T> result = shrink<T>(in_range, grid, scaled, found.counts, threads);
  result.denoised *= factor;
  result.noise_std *= scale;
  result.removed *= scale * scale;
  return result;
}

#define PELLUCID_INSTANTIATE(T)                                                          \
  template PatchShrinkage<T> shrink_patches<T>(ConstBatch<T>, const std::vector<Index>&, \
                                               const PatchOptions&);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
