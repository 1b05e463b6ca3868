// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/two_gaussians.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pellucid/base/types.hpp"
#include "pellucid/reverse/step.hpp"

namespace pellucid::reproduce {

namespace {

using Array = Eigen::ArrayXd;

// E[x0 | x_t]: each component's Wiener filter, and the soft decision between them.
Array denoised(const TwoGaussians& prior, const Array& x_t, const NoiseLevel& level) {
  const double root = std::sqrt(level.alpha_bar);
  const double total = level.alpha_bar * prior.variance + level.noise;
  const double gain = root * prior.variance / total;
  const double decided = prior.mean * level.noise / total;
  return gain * x_t + decided * (root * prior.mean / total * x_t).tanh();
}

// Values of y and the weights of `sum_i w_i f(y_i)`, the expectation of an even function of y.
struct Nodes {
  Array y, weight;
};

Nodes nodes(const TwoGaussians& prior, double noise) {
  constexpr double step = 0.002, finest = 0.01, tails = 10;
  const double total = prior.variance + noise, deviation = std::sqrt(total);
  // The narrowest there is: a component, or the decision tanh(mean y / total).
  const double scale = finest * (prior.mean > deviation ? total / prior.mean : deviation);
  const double top = std::asinh((prior.mean + tails * deviation) / scale);
  const auto count = static_cast<Index>(std::ceil(top / step));
  const double h = top / static_cast<double>(count);
  const Array u = Array::LinSpaced(count, h / 2, top - h / 2);
  Nodes result;
  result.y = scale * u.sinh();
  const auto bell = [&](double mean) -> Array {
    return (-(result.y - mean).square() / (2 * total)).exp();
  };
  // Both halves of y together: half of two components each, twice.
  result.weight = scale * h * u.cosh() * (bell(prior.mean) + bell(-prior.mean)) /
                  std::sqrt(2 * std::numbers::pi * total);
  return result;
}

// Cov[x0 | y]: within a component and between the two, `m^2 (1 - tanh^2)`.
Array posterior_variance(const TwoGaussians& prior, const Array& y, double noise) {
  const double total = prior.variance + noise, decided = prior.mean * noise / total;
  return prior.variance * noise / total + (decided / (prior.mean / total * y).cosh()).square();
}

}  // namespace

TwoGaussians at_distance(double separation) {
  const double variance = 4 / (4 + separation * separation);
  return {std::sqrt(1 - variance), variance};
}

ForwardingError forwarding_error(const TwoGaussians& prior, double snr_db, const Grid& grid) {
  const NoiseLevel level = NoiseLevel::from_snr_db(snr_db);
  const auto [y, weight] = nodes(prior, level.variance());
  Array x = std::sqrt(level.alpha_bar) * y;
  const Array cme = denoised(prior, x, level);
  for (std::size_t i = 0; i < grid.size(); ++i) {
    const NoiseLevel u = i + 1 < grid.size() ? grid[i + 1] : NoiseLevel::clean();
    const StepCoefficients step = step_coefficients(grid[i], u, Rule::posterior, 0);
    x = step.estimate * denoised(prior, x, grid[i]) + step.current * x;
  }
  return {(weight * (x - cme).square()).sum(),
          (weight * posterior_variance(prior, y, level.variance())).sum()};
}

double hard_decision_error(double snr_db) { return 2 * std::erfc(std::sqrt(from_db(snr_db) / 2)); }

}  // namespace pellucid::reproduce
