// SPDX-License-Identifier: BSD-3-Clause
#include "shrinkage/bulk_noise.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pellucid/spiked/marchenko_pastur.hpp"

namespace pellucid {

namespace {

// How many of `count` values are read.
Index lower_part(Index count) { return std::max<Index>(1, (4 * count + 2) / 5); }

// Expected sum of the lower part of the squared singular values of an m x n matrix, m <= n, of unit
// noise: m n times the integral of x f(x) from the edge to the quantile, f the Marchenko-Pastur
// density for beta = m / n, x f(x) = sqrt((b - x)(x - a)) / (2 pi beta) a half circle.
double expected_sum(Index m, Index n) {
  const double beta = static_cast<double>(m) / static_cast<double>(n);
  const double part = static_cast<double>(lower_part(m)) / static_cast<double>(m);
  const double x = MarchenkoPastur(beta, 1.0).quantile(part);
  const double radius = 2 * std::sqrt(beta);
  const double sine = std::clamp((x - 1 - beta) / radius, -1.0, 1.0);
  const double angle = std::asin(sine);
  const double area = radius * radius / 2 * (angle + sine * std::cos(angle) + std::numbers::pi / 2);
  return static_cast<double>(m) * static_cast<double>(n) * area / (2 * std::numbers::pi * beta);
}

}  // namespace

BulkNoise::BulkNoise(Index rows, Index cols) : rows_(rows), cols_(cols) {
  const Index m = std::min(rows, cols), n = std::max(rows, cols);
  for (Index rank = 0; rank + least_side <= m; ++rank) {
    expected_.push_back(expected_sum(m - rank, n - rank));
  }
}

double BulkNoise::variance(const Eigen::VectorXd& squares, Index rows, Index cols) const {
  const Index m = std::min(rows, cols), n = std::max(rows, cols);
  double rest = squares.sum();
  Index rank = 0;
  for (; rank + least_side < m; ++rank) {
    const auto a = static_cast<double>(m - rank), b = static_cast<double>(n - rank);
    const double edge = std::sqrt(a) + std::sqrt(b);
    if (squares[rank] <= edge * edge * rest / (a * b)) break;
    // Summed afresh where little is left: differences of large numbers would be rounding.
    rest = squares.tail(m - rank - 1).sum();
  }
  const double expected = rows == rows_ && cols == cols_ ? expected_[static_cast<std::size_t>(rank)]
                                                         : expected_sum(m - rank, n - rank);
  return squares.tail(lower_part(m - rank)).sum() / expected;
}

}  // namespace pellucid
