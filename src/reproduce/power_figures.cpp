// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/power_figures.hpp"

#include <fmt/format.h>

namespace pellucid::reproduce {

FindingFigure step_figure(double ratio) {
  return {"steps",
          "Second-to-first variance of the product of the steps",
          fmt::format("From noise 10 down to 0.05, d / n = {}; geometric mean over draws of the "
                      "training signals. Below 1e-14 nothing is drawn.",
                      ratio),
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
          "cosines, where both components stand clear of the noise throughout. Bars: one standard "
          "error to each side.",
          "noise of the first step",
          "",
          "second over first variance",
          true,
          true,
          {}};
}

FindingFigure generated_figure() {
  return {"generated",
          "Generated variance by component, as a share of the first",
          "From noise 10 to 0.05; the training signals beside. Below 1e-14 nothing is drawn.",
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
