// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

#include "pellucid/schedule/grid.hpp"

namespace pellucid::test {

/// Gain `G` and variance `V` of a reverse process over a Gaussian prior along one eigenvector of
/// eigenvalue `l`, re-sampling strength `r`: written from design.md's recursion with explicit
/// formulas, independent of `step_coefficients`.
struct Moments {
  double gain = 0.0;
  double variance = 0.0;
};

inline Moments recursion(const Grid& grid, double l, double r, Moments m) {
  for (std::size_t i = 0; i < grid.size(); ++i) {
    const double abar_t = grid[i].alpha_bar, left_t = grid[i].noise;
    const double d = std::sqrt(abar_t) * l / (abar_t * l + left_t);
    if (i + 1 == grid.size()) {
      m.gain *= d;
      m.variance *= d * d;
      break;
    }
    const double abar_u = grid[i + 1].alpha_bar, left_u = grid[i + 1].noise;
    const double a = abar_t / abar_u, b = 1 - a;
    const double c = (std::sqrt(abar_u) * b * d + std::sqrt(a) * left_u) / left_t;
    m.gain *= c;
    m.variance = c * c * m.variance + r * r * b * left_u / left_t;
  }
  return m;
}

/// Moments of the estimate of an observation: start `G = sqrt(SNR / (1 + SNR))`, `V = 0`.
inline Moments denoising_moments(const Grid& grid, double l, double r, double snr) {
  return recursion(grid, l, r, {std::sqrt(snr / (1 + snr)), 0.0});
}

/// Moments of a generated sample: start from pure noise.
inline Moments generating_moments(const Grid& grid, double l, double r) {
  return recursion(grid, l, r, {0.0, 1.0});
}

}  // namespace pellucid::test
