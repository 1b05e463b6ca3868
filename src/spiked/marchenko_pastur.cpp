// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/spiked/marchenko_pastur.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

using std::numbers::pi;

// Unit noise, gamma <= 1, x = 1 + gamma - 2 sqrt(gamma) cos(phi) with phi from 0 to pi. The
// textbook antiderivative, sqrt((b-x)(x-a)) + (1 + gamma) asin(...) - (1 - gamma) asin(...), loses
// digits as gamma falls; with the difference of its two angles taken analytically it does not:
//   pi F = phi + sin(phi)/r - (1 - gamma)/gamma atan2(r sin(phi), 1 - r cos(phi)),  r =
//   sqrt(gamma).
double distribution_at_angle(double phi, double gamma) {
  const double r = std::sqrt(gamma);
  constexpr double few = 0.01;  // below, the last two terms cancel
  if (gamma >= few) {
    const double angle = std::atan2(r * std::sin(phi), 1.0 - r * std::cos(phi));
    return (phi + std::sin(phi) / r - (1.0 - gamma) / gamma * angle) / pi;
  }
  // The angle is sum_k r^k sin(k phi) / k, so that the terms which cancel drop out.
  double sum = phi - std::sin(2.0 * phi) / 2.0;
  double power = r;
  for (int k = 1; k <= 16; ++k, power *= r) {
    sum += power * (std::sin(k * phi) / k - std::sin((k + 2) * phi) / (k + 2));
  }
  return sum / pi;
}

// Squared distance from 1 to r e^(i phi), without cancellation where both are near.
double eigenvalue_at_angle(double phi, double gamma) {
  const double r = std::sqrt(gamma), half = std::sin(phi / 2.0);
  return (1.0 - r) * (1.0 - r) + 4.0 * r * half * half;
}

// dF / dphi of the above.
double slope_at_angle(double phi, double gamma) {
  const double half_sine = std::sin(phi / 2.0), half_cosine = std::cos(phi / 2.0);
  const double sine = 2.0 * half_sine * half_cosine;
  return 2.0 * sine * sine / (pi * eigenvalue_at_angle(phi, gamma));
}

// Newton's method on a distribution that grows steadily, kept inside its bracket.
double angle_of_quantile(double p, double gamma) {
  double low = 0.0, high = pi, phi = pi / 2.0;
  for (int i = 0; i < 200; ++i) {
    const double excess = distribution_at_angle(phi, gamma) - p;
    (excess > 0.0 ? high : low) = phi;
    const double step = excess / slope_at_angle(phi, gamma);
    if (std::abs(step) <= 1e-16 * phi) break;
    const double newton = phi - step;
    phi = newton > low && newton < high ? newton : (low + high) / 2.0;
    if (phi == low || phi == high) break;
  }
  return phi;
}

}  // namespace

MarchenkoPastur::MarchenkoPastur(double gamma, double noise_variance)
    : gamma_(gamma), noise_variance_(noise_variance) {
  if (!(std::isfinite(gamma) && gamma > 0.0)) {
    throw Error(fmt::format("Marchenko-Pastur law: gamma is {}: give d / n, above 0", gamma));
  }
  if (!(std::isfinite(noise_variance) && noise_variance > 0.0)) {
    throw Error(fmt::format("Marchenko-Pastur law: noise variance is {}: give one above 0",
                            noise_variance));
  }
  const double root = std::sqrt(gamma);
  lower_ = noise_variance * (1.0 - root) * (1.0 - root);
  upper_ = noise_variance * (1.0 + root) * (1.0 + root);
}

double MarchenkoPastur::atom() const { return gamma_ > 1.0 ? 1.0 - 1.0 / gamma_ : 0.0; }

double MarchenkoPastur::density(double x) const {
  if (!(x >= lower_ && x <= upper_)) return 0.0;
  // The square roots apart, so that x = 0 at gamma = 1 divides once only.
  if (lower_ == 0.0) return std::sqrt((upper_ - x) / x) / (2.0 * pi * gamma_ * noise_variance_);
  return std::sqrt((upper_ - x) * (x - lower_)) / (2.0 * pi * gamma_ * noise_variance_ * x);
}

double MarchenkoPastur::distribution(double x) const {
  if (std::isnan(x)) return x;
  if (x < 0.0) return 0.0;
  if (x <= lower_ && lower_ > 0.0) return atom();
  if (x >= upper_) return 1.0;
  const double phi = 2.0 * std::atan2(std::sqrt(x - lower_), std::sqrt(upper_ - x));
  // The nonzero eigenvalues for gamma above 1 are gamma times those for 1 / gamma: the same angle.
  const double continuous = distribution_at_angle(phi, std::min(gamma_, 1.0 / gamma_));
  return std::clamp(atom() + (1.0 - atom()) * continuous, 0.0, 1.0);
}

double MarchenkoPastur::quantile(double p) const {
  if (!(p >= 0.0 && p <= 1.0)) {
    throw Error(fmt::format("Marchenko-Pastur law: quantile of {}: give a probability, 0 to 1", p));
  }
  if (gamma_ > 1.0 && p <= atom()) return 0.0;
  if (p == 0.0) return lower_;
  if (p == 1.0) return upper_;
  const double ratio = std::min(gamma_, 1.0 / gamma_);
  const double scale = noise_variance_ * std::max(gamma_, 1.0);
  const double phi = angle_of_quantile((p - atom()) / (1.0 - atom()), ratio);
  return scale * eigenvalue_at_angle(phi, ratio);
}

}  // namespace pellucid
