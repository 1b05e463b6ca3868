// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/spiked/shrinkage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "pellucid/base/error.hpp"
#include "pellucid/spiked/marchenko_pastur.hpp"

namespace pellucid {

namespace {

constexpr std::pair<ShrinkageRule, std::string_view> rule_names[] = {
    {ShrinkageRule::frobenius, "frobenius"}, {ShrinkageRule::operator_norm, "operator"},
    {ShrinkageRule::leeb, "leeb"},           {ShrinkageRule::nuclear, "nuclear"},
    {ShrinkageRule::hard, "hard"},           {ShrinkageRule::marchenko_pastur, "mp"}};

// In units of sigma sqrt(n) from here on. Everything is written in 1 / x^2 or 1 / y^2, so that
// next to no noise, where x and y are huge, nothing overflows.

double edge_of(double beta) { return 1.0 + std::sqrt(beta); }

// q / y^2 above the edge, in factors that keep their digits next to it.
double relative_root(double y, double beta) {
  const double upper = edge_of(beta), lower = 1.0 - std::sqrt(beta);
  return std::sqrt((1.0 - upper / y) * (1.0 + upper / y)) *
         std::sqrt((1.0 - lower / y) * (1.0 + lower / y));
}

double clean_of(double y, double beta) {
  if (y <= edge_of(beta)) return 0.0;
  return y * std::sqrt((1.0 - (1.0 + beta) / y / y + relative_root(y, beta)) / 2.0);
}

double noisy_of(double x, double beta) {
  if (x * x <= std::sqrt(beta)) return edge_of(beta);
  return x * std::sqrt((1.0 + 1.0 / x / x) * (1.0 + beta / x / x));
}

// Squared cosines, and squared sines that keep their digits where the cosines are near 1.
struct Angles {
  double cosine_long = 0.0, cosine_short = 0.0, sine_long = 1.0, sine_short = 1.0;
};

Angles squared_angles(double x, double beta) {
  const double inverse = 1.0 / x / x;
  const double seen = (1.0 - std::sqrt(beta) * inverse) * (1.0 + std::sqrt(beta) * inverse);
  if (!(seen > 0.0)) return {};
  const double longer = 1.0 + inverse, shorter = 1.0 + beta * inverse;
  return {seen / longer, seen / shorter, inverse * (1.0 + beta * inverse) / longer,
          beta * inverse * (1.0 + inverse) / shorter};
}

// What the rule makes of y where x = clean_of(y) is above 0.
double shrink(ShrinkageRule rule, double x, double y, double beta) {
  const Angles squared = squared_angles(x, beta);
  const double cosines = std::sqrt(squared.cosine_long * squared.cosine_short);
  switch (rule) {
    case ShrinkageRule::frobenius:
      return x * cosines;
    case ShrinkageRule::operator_norm:
      return x;
    case ShrinkageRule::leeb:  // min(c, c') / max(c, c'), also where both are next to 0
      return x * std::sqrt((1.0 + beta / x / x) / (1.0 + 1.0 / x / x));
    case ShrinkageRule::nuclear:  // x s s' is sqrt(beta) / x
      return std::max(0.0, x * cosines - std::sqrt(beta) / x);
    case ShrinkageRule::hard:
      return y > optimal_hard_threshold(beta) ? y : 0.0;
    case ShrinkageRule::marchenko_pastur:
      return y;
  }
  return y;
}

// Singular values of diag(x, 0) - e u v', unit vectors u and v of cosines c and c' with the first
// axis: their squares' sum and product are x^2 + e^2 - 2 x e c c' and (e x s s')^2.
double block_loss(MatrixLoss loss, double x, double e, const Angles& squared) {
  const double cosines = std::sqrt(squared.cosine_long * squared.cosine_short);
  const double sines = std::sqrt(squared.sine_long * squared.sine_short);
  // 1 - c c' = (1 - c^2 c'^2) / (1 + c c')
  const double deficit =
      (squared.sine_long + squared.sine_short * squared.cosine_long) / (1.0 + cosines);
  const double sum = (x - e) * (x - e) + 2.0 * x * e * deficit;
  const double product = e * x * sines;
  if (loss == MatrixLoss::squared_frobenius) return sum;
  if (loss == MatrixLoss::nuclear) return std::sqrt(sum + 2.0 * product);
  const double half = sum / 2.0;
  return std::sqrt(half + std::sqrt(std::max(0.0, (half - product) * (half + product))));
}

void require_aspect(double beta) {
  if (beta > 0.0 && beta <= 1.0) return;
  throw Error(fmt::format("hard threshold: beta is {}: give short side / long side", beta));
}

}  // namespace

SingularValueShrinkage::SingularValueShrinkage(ShrinkageRule rule, double rows, double columns,
                                               double noise_std)
    : rule_(rule) {
  if (!(rows > 0.0 && columns > 0.0 && std::isfinite(rows) && std::isfinite(columns))) {
    throw Error(
        fmt::format("shrinkage: the matrix is {} x {}: give both sides 1 or more "
                    "(centring takes one)",
                    rows, columns));
  }
  if (!(std::isfinite(noise_std) && noise_std >= 0.0)) {
    throw Error(
        fmt::format("shrinkage: the noise's standard deviation is {}: give a finite one, "
                    "0 or more",
                    noise_std));
  }
  const double longer = std::max(rows, columns);
  beta_ = std::min(rows, columns) / longer;
  unit_ = noise_std * std::sqrt(longer);
}

double SingularValueShrinkage::operator()(double singular_value) const {
  if (unit_ == 0.0) return singular_value;
  const double y = singular_value / unit_;
  if (!std::isfinite(y)) return singular_value;
  const double x = clean_of(y, beta_);
  return x > 0.0 ? unit_ * shrink(rule_, x, y, beta_) : 0.0;
}

double SingularValueShrinkage::threshold() const {
  if (rule_ == ShrinkageRule::hard) return unit_ * optimal_hard_threshold(beta_);
  if (rule_ != ShrinkageRule::nuclear) return edge();
  // The nuclear rule grows with y; at x^2 = 2, the root for a square matrix, it is above 0 for all.
  double low = edge_of(beta_), high = noisy_of(1.5, beta_);
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2.0;
    const double x = clean_of(middle, beta_);
    (x > 0.0 && shrink(rule_, x, middle, beta_) > 0.0 ? high : low) = middle;
  }
  return unit_ * low;
}

double SingularValueShrinkage::edge() const { return unit_ * edge_of(beta_); }

ComponentLimit SingularValueShrinkage::limit(double clean) const {
  if (unit_ == 0.0) return {clean, 1.0, 1.0};
  const double x = clean / unit_;
  if (std::isinf(x)) return {clean, 1.0, 1.0};
  const Angles squared = squared_angles(x, beta_);
  return {unit_ * noisy_of(x, beta_), std::sqrt(squared.cosine_long),
          std::sqrt(squared.cosine_short)};
}

double SingularValueShrinkage::clean_singular_value(double noisy) const {
  if (unit_ == 0.0 || std::isinf(noisy / unit_)) return noisy;
  return unit_ * clean_of(noisy / unit_, beta_);
}

double SingularValueShrinkage::predicted_loss(MatrixLoss loss,
                                              const std::vector<double>& clean) const {
  double total = 0.0;
  for (const double value : clean) {
    if (!(std::isfinite(value) && value >= 0.0)) {
      throw Error(fmt::format("shrinkage: a clean singular value is {}: give 0 or more", value));
    }
    const double x = unit_ > 0.0 ? value / unit_ : 0.0;
    constexpr double noiseless = 1e100;  // squares of x stay finite below
    if (x == 0.0 || x > noiseless) continue;
    const bool seen = x * x > std::sqrt(beta_);
    const double shrunk = seen ? shrink(rule_, x, noisy_of(x, beta_), beta_) : 0.0;
    const double part = block_loss(loss, x, shrunk, squared_angles(x, beta_));
    total = loss == MatrixLoss::operator_norm ? std::max(total, part) : total + part;
  }
  return total * (loss == MatrixLoss::squared_frobenius ? unit_ * unit_ : unit_);
}

std::string_view name(ShrinkageRule rule) {
  const auto known = std::find_if(std::begin(rule_names), std::end(rule_names),
                                  [&](const auto& entry) { return entry.first == rule; });
  return known->second;
}

ShrinkageRule parse_shrinkage_rule(std::string_view text) {
  for (const auto& [rule, name] : rule_names) {
    if (name == text) return rule;
  }
  throw Error(fmt::format(
      "'{}' is no shrinkage rule: choose frobenius, operator, leeb, nuclear, hard or mp", text));
}

double optimal_hard_threshold(double beta) {
  require_aspect(beta);
  return std::sqrt(2.0 * (beta + 1.0) +
                   8.0 * beta / (beta + 1.0 + std::sqrt(beta * beta + 14.0 * beta + 1.0)));
}

double optimal_hard_threshold_of_median(double beta) {
  return optimal_hard_threshold(beta) / std::sqrt(MarchenkoPastur(beta, 1.0).median());
}

}  // namespace pellucid
