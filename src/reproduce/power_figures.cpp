// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/power_figures.hpp"

#include <fmt/format.h>

#include <cmath>

namespace pellucid::reproduce {

namespace {

const std::string bars =
    " Bars: one standard error of the mean logarithm, its smaller side to both.";

}  // namespace

FindingPoint geometric_point(double x, const Measured& log10) {
  const double y = std::pow(10.0, log10.value);
  return {x, y, y * (1 - std::pow(10.0, -log10.error))};
}

FindingFigure step_figure(double ratio) {
  return {"steps",
          "Second-to-first variance of the product of the steps",
          fmt::format("From noise 10 down to 0.05, d / n = {}; geometric mean over draws of the "
                      "training signals. Below 1e-14 nothing is drawn.{}",
                      ratio, bars),
          "noise of the step",
          "",
          "second over first variance",
          true,
          true,
          {}};
}

FindingFigure range_figure() {
  return {"range",
          "Second-to-first variance after all steps over the noise of the first",
          "x ← P x, a projection fitted at every level. Lines: the product of the spiked model's "
          "cosines, where both components stand clear of the noise throughout, in the limit of "
          "large d and n." +
              bars,
          "noise of the first step",
          "",
          "second over first variance",
          true,
          true,
          {}};
}

FindingFigure leading_figure() {
  return {
      "leading",
      "What the product converges to, over the noise of the first step",
      "x ← P x down to noise 0.05: squared cosine of the product's leading left singular vector "
      "with the first component. Bars: one standard error to each side.",
      "noise of the first step",
      "",
      "squared cosine",
      true,
      false,
      {}};
}

FindingFigure spectrum_figure(double ratio, double narrow, int steps) {
  return {"spectrum",
          "Variances that the product of the steps leaves, as shares of the first",
          fmt::format(
              "Squared singular values of the product of all steps from noise 10 (or {}) to "
              "0.05, d / n = {}; of a plain power iteration after {} steps alone, as more leave "
              "nothing to draw. Below 1e-14 nothing is drawn.{}",
              narrow, ratio, steps, bars),
          "singular value",
          "",
          "variance over the first one's",
          false,
          true,
          {}};
}

FindingFigure generated_figure() {
  return {"generated",
          "Generated variance by component, as a share of the first",
          "From noise 10 to 0.05; the training signals beside. Below 1e-14 nothing is "
          "drawn." +
              bars,
          "component",
          "",
          "variance over the first one's",
          false,
          true,
          {}};
}

FindingFigure factor_figure() {
  return {"factor",
          "Renoise: generated over training variance",
          "Mean over components, 10 to 0.05 in 100 steps, and the balance of one step, n / (2 d). "
          "Bars: one standard error to each side.",
          "d / n",
          "",
          "generated over training variance",
          true,
          true,
          {}};
}

}  // namespace pellucid::reproduce
