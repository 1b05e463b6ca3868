// SPDX-License-Identifier: BSD-3-Clause
#include "report/budget.hpp"

#include <algorithm>
#include <cmath>

namespace pellucid::report {
namespace {

// `count` of `total` places, first and last among them where there are two or more.
std::vector<std::size_t> evenly(std::size_t count, std::size_t total) {
  if (count == 1) return {total / 2};
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < count; ++i) {
    places.push_back((2 * i * (total - 1) + count - 1) / (2 * (count - 1)));
  }
  return places;
}

}  // namespace

Selection select(const Eigen::MatrixXd& weights, const Eigen::VectorXd& once, double budget,
                 double least_share) {
  const auto weight = [&](const Selection& selection) {
    double sum = once.head(selection.samples).sum();
    for (const std::size_t level : selection.levels) {
      sum += weights.row(static_cast<Index>(level)).head(selection.samples).sum();
    }
    return sum;
  };
  const auto all = static_cast<std::size_t>(weights.rows());
  Selection selection{once.size(), {}, 1.0};
  if (all == 0) return selection;
  selection.levels = evenly(all, all);
  while (selection.samples > 1 && weight(selection) > budget) --selection.samples;
  for (std::size_t count = all; count > 0; --count) {
    selection.levels = evenly(count, all);
    const double fitting = budget / weight(selection);
    if (fitting >= least_share || count == 1) {
      selection.share = std::min(1.0, fitting);
      break;
    }
  }
  return selection;
}

}  // namespace pellucid::report
