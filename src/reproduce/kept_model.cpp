// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/kept_model.hpp"

#include <fmt/format.h>

#include "pellucid/base/error.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/version.hpp"

namespace pellucid::reproduce {

namespace {

// Of the levels that a network learns: a network is asked at the ends for whatever lies beyond, and
// observations here start at -20 dB and schedules end at 40 dB.
constexpr double lowest_snr_db = -25, highest_snr_db = 40;

}  // namespace

Model kept_model(const ReproduceOptions& options, const std::string& name,
                 const std::function<Model()>& make) {
  if (options.models.empty()) return make();
  const auto path = options.models / fmt::format("{}-v{}.safetensors", name, version);
  if (std::filesystem::exists(path)) return read_model(path);
  Model model = make();
  write_model(path, model);
  return model;
}

NetworkSizes network_sizes(const ReproduceOptions& options) {
  // In full nearly the default network, for about 18,000 of its 30,000 steps.
  if (!options.quick) return {200'000, 256, 128, 24, 46};
  return {20'000, 64, 32, 8, 20};
}

std::string text_of(const NetworkSizes& sizes) {
  return fmt::format("mlp, width {}, {} experts of rank {}, {} epochs of {} draws, {} to {} dB",
                     sizes.width, sizes.experts, sizes.rank, sizes.epochs, sizes.draws,
                     lowest_snr_db, highest_snr_db);
}

Model trained_network(const ReproduceOptions& options, const GaussianMixture<double>& prior,
                      const std::string& prior_name, Monitor* monitor) {
  const NetworkSizes sizes = network_sizes(options);
  const auto make = [&] {
    if (!options.trainer) {
      throw Error("this experiment trains a network: it needs libpellucid_training.so");
    }
    // Far behind the draws of the tests.
    constexpr Index first = 10'000'000;
    const Matrix<double> clean = draw(prior, sizes.draws, options.seed, first);
    NetworkTrainingOptions training;
    training.architecture = default_architecture({prior.dim()}, false, "mlp");
    auto& mlp = std::get<MlpArchitecture>(training.architecture->layers);
    mlp.width = sizes.width;
    mlp.experts = sizes.experts;
    mlp.expert_rank = sizes.rank;
    training.architecture->lowest_snr_db = lowest_snr_db;
    training.architecture->highest_snr_db = highest_snr_db;
    training.epochs = sizes.epochs;
    training.seed = options.seed;
    training.threads = 1;  // weights depend on the number, which no setting says
    return options.trainer().train(MatrixSource<double>(clean), {prior.dim()}, training, monitor,
                                   nullptr);
  };
  return kept_model(options,
                    fmt::format("{}-seed{}-mlp-w{}-e{}-r{}-{}x{}-{}to{}dB", prior_name,
                                options.seed, sizes.width, sizes.experts, sizes.rank, sizes.epochs,
                                sizes.draws, lowest_snr_db, highest_snr_db),
                    make);
}

Matrix<double> forward_by(const Estimator<float>& estimator, const Observed<double>& observed,
                          Steps steps, int threads, Monitor* monitor) {
  const Matrix<float> noisy =
      (observed.x_t / std::sqrt(observed.level.alpha_bar)).template cast<float>();
  EstimateOptions options;
  options.method = Method::mean_forwarding;
  options.steps = steps;
  options.threads = threads;
  const Noise noise = Noise::std(std::sqrt(observed.level.variance()));
  return estimator.denoise(noisy, noise, options, monitor).template cast<double>();
}

}  // namespace pellucid::reproduce
