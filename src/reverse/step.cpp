// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/reverse/step.hpp"

#include <cmath>
#include <string>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

// abar_u - abar_t = (1 - abar_t) - (1 - abar_u), from whichever pair is small and loses no digits.
double signal_difference(const NoiseLevel& t, const NoiseLevel& u) {
  return t.noise < 0.5 ? t.noise - u.noise : u.alpha_bar - t.alpha_bar;
}

}  // namespace

Rule parse_rule(std::string_view text) {
  if (text == "posterior") return Rule::posterior;
  if (text == "renoise") return Rule::renoise;
  if (text == "ddim") return Rule::ddim;
  throw Error("unknown rule '" + std::string(text) + "': choose one of posterior, renoise, ddim");
}

StepCoefficients step_coefficients(const NoiseLevel& t, const NoiseLevel& u, Rule rule,
                                   double resampling) {
  if (u.is_clean()) return {1.0, 0.0, 0.0};
  switch (rule) {
    case Rule::renoise:
      return {std::sqrt(u.alpha_bar), 0.0, std::sqrt(u.noise)};
    case Rule::ddim: {
      const double predicted_noise = std::sqrt(u.noise / t.noise);
      return {std::sqrt(u.alpha_bar) - predicted_noise * std::sqrt(t.alpha_bar), predicted_noise,
              0.0};
    }
    case Rule::posterior:
      break;
  }
  const double a = t.alpha_bar / u.alpha_bar;
  const double b = signal_difference(t, u) / u.alpha_bar;
  return {std::sqrt(u.alpha_bar) * b / t.noise, std::sqrt(a) * u.noise / t.noise,
          resampling * std::sqrt(b * u.noise / t.noise)};
}

}  // namespace pellucid
