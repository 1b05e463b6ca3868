// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
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

/// In names of kept models: nothing for data of the usual folder, for another one a number of it.
[[nodiscard]] std::string folder_mark(const std::filesystem::path& folder,
                                      const std::filesystem::path& usual);

/// How a network is trained on draws of a mixture.
struct NetworkSizes {
  std::string kind = "mlp";  ///< or "unet"
  Index draws = 0;
  Index width = 0;              ///< of a U-Net the channels at full resolution
  Index experts = 0, rank = 0;  ///< of an MLP
  int epochs = 0;
};
/// For the random mixture: in quick a small one for seconds.
[[nodiscard]] NetworkSizes network_sizes(const ReproduceOptions& options);
/// "mlp, width 256, ...", for settings and names.
[[nodiscard]] std::string text_of(const NetworkSizes& sizes);

/// The papers' random mixture, N = 64, K = 128, as names of kept models have it.
inline constexpr const char* random_mixture_name = "random-mixture-64-128";

/// A network trained by `options.trainer` on draws of `prior`, none of which a `KnownMixture` of
/// the same seed has, for samples of `shape`. `prior_name` says what the prior depends on, its seed
/// with it. `T` is double or std::complex<double>.
template <class T>
[[nodiscard]] Model trained_network(const ReproduceOptions& options, const NetworkSizes& sizes,
                                    const GaussianMixture<T>& prior,
                                    const std::vector<Index>& shape, const std::string& prior_name,
                                    Monitor* monitor);
/// The same of `network_sizes(options)` for vectors, the seed behind `prior_name`.
[[nodiscard]] Model trained_network(const ReproduceOptions& options,
                                    const GaussianMixture<double>& prior,
                                    const std::string& prior_name, Monitor* monitor);

/// The denoiser of a model for samples in the user's units, which a network's own differ from by
/// the mean and the power of what it learnt from: `offset + scale D((x - offset) / scale)`, at
/// noise variances over `scale²`. `T` is double or std::complex<double>.
template <class T = double>
[[nodiscard]] std::unique_ptr<const Denoiser<T>> denoiser_in_user_units(const Model& model,
                                                                        int threads);

/// Mean forwarding of observations by a model of any units, N x n in the mixture's.
[[nodiscard]] Matrix<double> forward_by(const Estimator<float>& estimator,
                                        const Observed<double>& observed, Steps steps, int threads,
                                        Monitor* monitor = nullptr);

}  // namespace pellucid::reproduce
