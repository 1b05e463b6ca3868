// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "console.hpp"
#include "fit_arguments.hpp"
#include "fit_network.hpp"
#include "pellucid/model/fit.hpp"

namespace pellucid::app {

/// A fitted model, and what a person may want to know of the fit: whole lines, or nothing.
struct FittedPrior {
  Model model;
  std::string report;
  std::optional<TrainedNetwork> network = std::nullopt;
};

/// What a mixture's fit to samples of `shape` was asked for; reads the model of `--init`.
template <class T>
[[nodiscard]] MixtureFitOptions<T> mixture_options(const FitArguments& arguments,
                                                   const std::vector<Index>& shape, int threads);

/// The mixture that `--components` asks for, or of a range the one with the least BIC, each fit
/// with a checkpoint after every pass. Where a range is resumed, the numbers that were done are not
/// fitted again.
template <class T>
[[nodiscard]] FittedPrior fit_mixtures(const SampleSource<T>& source, const SampleSpace& space,
                                       const FitArguments& arguments, MixtureFitOptions<T> options,
                                       Console& console);

/// Whether there is anything that a fit kept for `--resume`.
[[nodiscard]] bool has_checkpoints(const FitArguments& arguments);
/// Removes what a fit kept for `--resume`: the model is written.
void remove_checkpoints(const FitArguments& arguments);

}  // namespace pellucid::app
