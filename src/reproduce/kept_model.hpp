// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "pellucid/model/estimator.hpp"
#include "pellucid/prior/gaussian_mixture.hpp"
#include "pellucid/reproduce/experiment.hpp"
#include "reproduce/known_mixture.hpp"

namespace pellucid::reproduce {

/// The model of that name in `options.models`, or what `make` gives, kept there. The name says
/// every setting that the model depends on but the program's version, which is added.
[[nodiscard]] Model kept_model(const ReproduceOptions& options, const std::string& name,
                               const std::function<Model()>& make);

/// How a network is trained on draws of a mixture: in quick a small one for seconds.
struct NetworkSizes {
  Index draws = 0, width = 0, experts = 0, rank = 0;
  int epochs = 0;
};
[[nodiscard]] NetworkSizes network_sizes(const ReproduceOptions& options);
/// "mlp, width 256, ...", for settings and names.
[[nodiscard]] std::string text_of(const NetworkSizes& sizes);

/// The papers' random mixture, N = 64, K = 128, as names of kept models have it.
inline constexpr const char* random_mixture_name = "random-mixture-64-128";

/// An MLP trained by `options.trainer` on draws of `prior`, none of which a `KnownMixture` of the
/// same seed has. `prior_name` is what the prior depends on.
[[nodiscard]] Model trained_network(const ReproduceOptions& options,
                                    const GaussianMixture<double>& prior,
                                    const std::string& prior_name, Monitor* monitor);

/// The denoiser of a real model for samples in the user's units, which a network's own differ from
/// by the mean and the power of what it learnt from: `offset + scale D((x - offset) / scale)`, at
/// noise variances over `scale²`.
[[nodiscard]] std::unique_ptr<const Denoiser<double>> denoiser_in_user_units(const Model& model,
                                                                             int threads);

/// Mean forwarding of observations by a model of any units, N x n in the mixture's.
[[nodiscard]] Matrix<double> forward_by(const Estimator<float>& estimator,
                                        const Observed<double>& observed, Steps steps, int threads,
                                        Monitor* monitor = nullptr);

}  // namespace pellucid::reproduce
