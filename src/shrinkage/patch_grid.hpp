// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Voxels of an array, lines of voxels, and the windows along them. The line axis is the one with
/// most windows; lines and rows of windows are numbered in C order over the other axes.
class PatchGrid {
 public:
  /// `shape` without the looks. Throws `Error` for windows that do not fit.
  PatchGrid(std::vector<Index> shape, std::vector<Index> patch);

  [[nodiscard]] Index voxels() const { return voxels_; }
  [[nodiscard]] Index windows() const { return windows_; }
  [[nodiscard]] Index window_voxels() const { return window_voxels_; }
  [[nodiscard]] Index width() const { return patch_[axis_]; }   ///< of a window along the lines
  [[nodiscard]] Index length() const { return shape_[axis_]; }  ///< of a line
  [[nodiscard]] Index lines() const { return voxels_ / length(); }
  [[nodiscard]] Index windows_of_row() const { return counts_[axis_]; }

  /// Distance, in voxels, of neighbours on a line, and in windows.
  [[nodiscard]] Index voxel_stride() const { return strides_[axis_]; }
  [[nodiscard]] Index window_stride() const { return window_strides_[axis_]; }

  /// The first voxel of a line.
  [[nodiscard]] Index line_start(Index line) const;

  /// One row of windows: the number of the first, and the lines that they cover.
  struct Row {
    Index first_window = 0;
    std::vector<Index> lines;
  };
  [[nodiscard]] Row row(Index number) const;

  /// Rows in sets; those of one set share no voxel, so that they may be worked on at once, and a
  /// voxel's windows come in an order that does not depend on how many are.
  [[nodiscard]] const std::vector<std::vector<Index>>& row_sets() const { return sets_; }

  /// For every window the sum over its voxels, and for every voxel the sum over its windows.
  [[nodiscard]] Eigen::VectorXd sum_in_windows(const Eigen::VectorXd& of_voxels) const;
  [[nodiscard]] Eigen::VectorXd sum_of_windows(const Eigen::VectorXd& of_windows) const;

 private:
  void make_row_sets();

  std::vector<Index> shape_, patch_, counts_, strides_, window_strides_;
  std::size_t axis_ = 0;
  std::vector<std::size_t> others_;  // axes across the lines
  Index voxels_ = 1, windows_ = 1, window_voxels_ = 1;
  std::vector<std::vector<Index>> sets_;
};

}  // namespace pellucid
