// SPDX-License-Identifier: BSD-3-Clause
#include "shrinkage/patch_grid.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

void check(const std::vector<Index>& shape, const std::vector<Index>& patch) {
  if (shape.empty()) {
    throw Error(
        "the array has one axis: windows need one or more before the last, which counts "
        "looks");
  }
  if (patch.size() != shape.size()) {
    throw Error(
        fmt::format("a window of {} has {} axes, the array has {} before its last, the "
                    "looks: give one length for each",
                    fmt::join(patch, ","), patch.size(), shape.size()));
  }
  for (std::size_t a = 0; a < patch.size(); ++a) {
    if (patch[a] < 1 || patch[a] > shape[a]) {
      throw Error(
          fmt::format("a window of {} does not fit into {} voxels along axis {}: give 1 to "
                      "{}",
                      patch[a], shape[a], a + 1, shape[a]));
    }
  }
}

std::vector<Index> strides_of(const std::vector<Index>& shape) {
  std::vector<Index> strides(shape.size());
  Index stride = 1;
  for (std::size_t a = shape.size(); a-- > 0;) {
    strides[a] = stride;
    stride *= shape[a];
  }
  return strides;
}

// Sums of `width` neighbours along one axis, each afresh: no rounding drifts along it. `inside`
// wants whole sums only, otherwise every sum that holds anything is wanted.
Eigen::VectorXd sums_along(const Eigen::VectorXd& from, Index length, Index inner, Index width,
                           bool inside) {
  const Index result = inside ? length - width + 1 : length + width - 1;
  const Index outer = from.size() / (length * inner);
  Eigen::VectorXd to = Eigen::VectorXd::Zero(outer * result * inner);
  for (Index o = 0; o < outer; ++o) {
    for (Index i = 0; i < result; ++i) {
      auto sum = to.segment((o * result + i) * inner, inner);
      const Index first = inside ? i : std::max<Index>(0, i - width + 1);
      const Index last = inside ? i + width - 1 : std::min(i, length - 1);
      for (Index k = first; k <= last; ++k) sum += from.segment((o * length + k) * inner, inner);
    }
  }
  return to;
}

}  // namespace

PatchGrid::PatchGrid(std::vector<Index> shape, std::vector<Index> patch)
    : shape_(std::move(shape)), patch_(std::move(patch)) {
  check(shape_, patch_);
  for (std::size_t a = 0; a < shape_.size(); ++a) {
    counts_.push_back(shape_[a] - patch_[a] + 1);
    voxels_ *= shape_[a];
    windows_ *= counts_[a];
    window_voxels_ *= patch_[a];
    if (counts_[a] > counts_[axis_]) axis_ = a;
  }
  for (std::size_t a = 0; a < shape_.size(); ++a) {
    if (a != axis_) others_.push_back(a);
  }
  strides_ = strides_of(shape_);
  window_strides_ = strides_of(counts_);
  make_row_sets();
}

Index PatchGrid::line_start(Index line) const {
  Index start = 0;
  for (std::size_t i = others_.size(); i-- > 0;) {
    const std::size_t a = others_[i];
    start += line % shape_[a] * strides_[a];
    line /= shape_[a];
  }
  return start;
}

PatchGrid::Row PatchGrid::row(Index number) const {
  Row row;
  row.lines = {0};
  Index lines = 1;  // of the whole array, along the axes seen so far
  for (std::size_t i = others_.size(); i-- > 0;) {
    const std::size_t a = others_[i];
    const Index at = number % counts_[a];
    number /= counts_[a];
    row.first_window += at * window_strides_[a];
    std::vector<Index> covered;
    for (Index offset = 0; offset < patch_[a]; ++offset) {
      for (const Index line : row.lines) covered.push_back(line + (at + offset) * lines);
    }
    row.lines = std::move(covered);
    lines *= shape_[a];
  }
  return row;
}

void PatchGrid::make_row_sets() {
  Index sets = 1;
  for (const std::size_t a : others_) sets *= std::min(patch_[a], counts_[a]);
  sets_.resize(static_cast<std::size_t>(sets));
  const Index rows = windows_ / windows_of_row();
  for (Index number = 0; number < rows; ++number) {
    Index left = number, set = 0;
    for (std::size_t i = others_.size(); i-- > 0;) {
      const std::size_t a = others_[i];
      set = set * std::min(patch_[a], counts_[a]) + left % counts_[a] % patch_[a];
      left /= counts_[a];
    }
    sets_[static_cast<std::size_t>(set)].push_back(number);
  }
}

Eigen::VectorXd PatchGrid::sum_in_windows(const Eigen::VectorXd& of_voxels) const {
  Eigen::VectorXd sums = of_voxels;
  Index inner = 1;
  for (std::size_t a = shape_.size(); a-- > 0;) {
    sums = sums_along(sums, shape_[a], inner, patch_[a], true);
    inner *= counts_[a];
  }
  return sums;
}

Eigen::VectorXd PatchGrid::sum_of_windows(const Eigen::VectorXd& of_windows) const {
  Eigen::VectorXd sums = of_windows;
  Index inner = 1;
  for (std::size_t a = shape_.size(); a-- > 0;) {
    sums = sums_along(sums, counts_[a], inner, patch_[a], false);
    inner *= shape_[a];
  }
  return sums;
}

}  // namespace pellucid
