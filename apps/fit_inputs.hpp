// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "fit_mixtures.hpp"

namespace pellucid::app {

struct Fit {
  FittedPrior prior;
  std::string fitted_to;  // for people
};

/// Fits the prior that `arguments` ask for to whole samples, or to the vectors cut from signals.
[[nodiscard]] Fit fit_model(const Inputs& inputs, const Framing& framing,
                            const FitArguments& arguments, int threads, Console& console);

}  // namespace pellucid::app
