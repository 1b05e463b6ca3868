// SPDX-License-Identifier: BSD-3-Clause
#include "noise/profile.hpp"

#include <algorithm>
#include <cmath>

namespace pellucid {

namespace {

constexpr double two_sided = 3.841;  // chi-square of one degree of freedom, 95 %
constexpr double one_sided = 2.706;  // and 90 %, half of it on one side

using Curve = std::function<double(double)>;  // of the logarithm of the variance

// The highest of points one apart on [first, last].
double highest(const Curve& curve, double first, double last) {
  const int steps = std::max(1, static_cast<int>(std::ceil(last - first)));
  double best = first, value = curve(first);
  for (int i = 1; i <= steps; ++i) {
    const double t = first + (last - first) * i / steps;
    const double here = curve(t);
    if (here > value) best = t, value = here;
  }
  return best;
}

struct Peak {
  double at, value;
};

// The maximum of a curve between two points: golden sections, and parabolas where they do (Brent,
// Algorithms for Minimization without Derivatives, 1973, chapter 5).
Peak maximum(const Curve& curve, double a, double b, double tolerance) {
  constexpr double golden = 0.3819660112501051;
  constexpr int most_rounds = 60;
  double x = a + golden * (b - a), w = x, v = x;
  double fx = curve(x), fw = fx, fv = fx;
  double step = 0, before = 0;
  for (int round = 0; round < most_rounds; ++round) {
    const double middle = (a + b) / 2;
    if (std::abs(x - middle) <= 2 * tolerance - (b - a) / 2) break;
    const double r = (x - w) * (fx - fv), q = (x - v) * (fx - fw);
    const double denominator = 2 * (q - r), numerator = (x - v) * q - (x - w) * r;
    const double parabola = denominator != 0 ? -numerator / denominator : 0;
    const bool good = denominator != 0 && std::abs(parabola) < std::abs(before) / 2 &&
                      x + parabola > a && x + parabola < b;
    before = good ? step : (x < middle ? b - x : a - x);
    step = good ? parabola : golden * before;
    const double u = x + (std::abs(step) >= tolerance ? step : std::copysign(tolerance, step));
    const double fu = curve(u);
    if (fu >= fx) {
      (u < x ? b : a) = x;
      v = w, fv = fw, w = x, fw = fx, x = u, fx = fu;
    } else {
      (u < x ? a : b) = u;
      if (fu >= fw || w == x) {
        v = w, fv = fw, w = u, fw = fu;
      } else if (fu >= fv || v == x || v == w) {
        v = u, fv = fu;
      }
    }
  }
  return {x, fx};
}

// A place on the flank of a peak, and how far the curve has fallen there.
struct Flank {
  double at, fall;
};

// Where the curve has fallen by `drop`, between `inside` and `outside`: false position in its
// Illinois form, on the root of the fall, which is nearly straight.
double crossing(const Curve& curve, Peak peak, double drop, Flank inside, Flank outside) {
  const double wanted = std::sqrt(drop);
  double a = inside.at, fa = std::sqrt(inside.fall) - wanted;
  double b = outside.at, fb = std::sqrt(outside.fall) - wanted;
  constexpr int most_rounds = 20;
  for (int round = 0, side = 0; round < most_rounds; ++round) {
    const double t = (a * fb - b * fa) / (fb - fa);
    const double f = std::sqrt(std::max(peak.value - curve(t), 0.0)) - wanted;
    if (std::abs(f) < 0.01 * wanted) return t;
    if (f < 0) {
      if (side < 0) fb /= 2;
      a = t, fa = f, side = -1;
    } else {
      if (side > 0) fa /= 2;
      b = t, fb = f, side = 1;
    }
  }
  return b;
}

// Walks from the peak towards `end` until the curve has fallen by `drop`; `end` where it has not.
double interval_end(const Curve& curve, Peak peak, double drop, double end) {
  const double direction = end > peak.at ? 1 : -1;
  Flank inside{peak.at, 0.0};
  for (double reach = 0.02;; reach *= 3) {
    const bool last = reach >= std::abs(end - peak.at);
    const double t = last ? end : peak.at + direction * reach;
    const Flank here{t, std::max(peak.value - curve(t), 0.0)};
    if (here.fall >= drop) return crossing(curve, peak, drop, inside, here);
    if (last) return end;
    inside = here;
  }
}

// Sum of squared scores over the information, by finite differences at the maximum; 1 where chance
// explains it, or samples are too few to say.
double dispersion(const Densities& densities, double log_variance) {
  constexpr double step = 0.05;
  const Eigen::VectorXd below = densities(std::exp(log_variance - step));
  const Eigen::VectorXd here = densities(std::exp(log_variance));
  const Eigen::VectorXd above = densities(std::exp(log_variance + step));
  constexpr Index few = 8;
  const auto n = static_cast<double>(here.size());
  const double information = -(above + below - 2 * here).sum() / (step * step);
  if (here.size() < few || !(information > 0)) return 1.0;
  const Eigen::ArrayXd score = ((above - below) / (2 * step)).array();
  const double squares = (score - score.mean()).square().sum() * n / (n - 1);
  const double ratio = squares / information;
  return ratio > 1 + 3 * std::sqrt(2 / n) ? ratio : 1.0;
}

}  // namespace

Profile profile(const Densities& densities, const Densities& coarse, double least, double most) {
  const Curve curve = [&](double t) { return densities(std::exp(t)).sum(); };
  const double first = std::log(least), last = std::log(most);
  const double start = highest([&](double t) { return coarse(std::exp(t)).sum(); }, first, last);
  double a = std::max(first, start - 1.5), b = std::min(last, start + 1.5);
  constexpr double tolerance = 1e-4;
  Peak peak = maximum(curve, a, b, tolerance);
  while (peak.at - a < 0.01 && a > first) {  // the coarse start was too high, or too low
    b = a + 0.1, a = std::max(first, a - 3);
    peak = maximum(curve, a, b, tolerance);
  }
  while (b - peak.at < 0.01 && b < last) {
    a = b - 0.1, b = std::min(last, b + 3);
    peak = maximum(curve, a, b, tolerance);
  }
  Profile result;
  const double at_zero = curve(first);
  if (at_zero >= peak.value || peak.at - first < 0.5) {
    peak = {first, std::max(at_zero, peak.value)};
    result.reaches_zero = true;
    result.high = std::exp(interval_end(curve, peak, one_sided / 2, last));
    return result;
  }
  result.variance = std::exp(peak.at);
  result.dispersion = dispersion(densities, peak.at);
  const double drop = two_sided / 2 * result.dispersion;
  result.high = std::exp(interval_end(curve, peak, drop, last));
  result.reaches_zero = peak.value - at_zero < drop;
  if (!result.reaches_zero) {
    result.low = std::exp(interval_end(curve, peak, drop, first));
  }
  return result;
}

}  // namespace pellucid
