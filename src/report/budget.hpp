// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid::report {

/// A page weighs less than 5 MB: what pictures and sounds may have of it, in bytes.
constexpr double gallery_budget = 3.9e6;
constexpr double generated_budget = 0.6e6;

/// What of a gallery is shown.
struct Selection {
  Index samples = 0;                ///< the first ones
  std::vector<std::size_t> levels;  ///< increasing
  double share = 1.0;               ///< of each sample's extent: area of a picture, time of a sound
};

/// Chooses as much as fits: samples are given up first, then parts of each sample down to
/// `least_share`, then levels (those left lie evenly), then what is left of the sample.
/// `weights`: bytes of each level (rows) and sample (columns); `once`: of each sample, beside
/// all levels.
[[nodiscard]] Selection select(const Eigen::MatrixXd& weights, const Eigen::VectorXd& once,
                               double budget, double least_share);

}  // namespace pellucid::report
