// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// The maximum of a likelihood over a variance and the interval about it.
struct Profile {
  double variance = 0.0;  ///< 0 where the likelihood rises towards 0
  double low = 0.0;       ///< of the 95 % interval
  double high = 0.0;
  double dispersion = 1.0;  ///< k: sum of squared scores over the information, at least 1
  bool reaches_zero = false;
};

/// Log densities of all samples at a variance, one each.
using Densities = std::function<Eigen::VectorXd(double variance)>;

/// Maximises the sum of `densities` over variances from `least`, which stands for 0, to `most`.
/// `coarse` is the same of fewer samples, to find the neighbourhood of the maximum.
[[nodiscard]] Profile profile(const Densities& densities, const Densities& coarse, double least,
                              double most);

}  // namespace pellucid
