// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/kept_model.hpp"

#include <fmt/format.h>

#include "pellucid/base/error.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/version.hpp"

namespace pellucid::reproduce {

namespace {

// Of the levels that a network learns: a network is asked at the ends for whatever lies beyond, and
// observations here start at -20 dB and schedules end at 40 dB.
constexpr double lowest_snr_db = -25, highest_snr_db = 40;

class UserUnits final : public Denoiser<double> {
 public:
  UserUnits(const Model& model, int threads)
      : denoiser_(denoiser_of<double>(model, threads)),
        offset_(offset_as<double>(model)),
        scale_(model.scale) {}

  [[nodiscard]] Index dim() const override { return denoiser_->dim(); }
  [[nodiscard]] Index batch() const override { return denoiser_->batch(); }
  [[nodiscard]] std::unique_ptr<Workspace> workspace() const override {
    return denoiser_->workspace();
  }

  void denoise(ConstBatch<double> x_t, std::span<const NoiseLevel> levels, Batch<double> x0,
               Workspace& work) const override {
    std::vector<NoiseLevel> own;
    for (const NoiseLevel& level : levels) {
      own.push_back(NoiseLevel::from_variance(level.variance() / (scale_ * scale_)));
    }
    Matrix<double> x = x_t;
    for (Index j = 0; j < x.cols(); ++j) {
      const auto at = static_cast<std::size_t>(levels.size() == 1 ? 0 : j);
      const double root = std::sqrt(own[at].alpha_bar);
      x.col(j) = root / scale_ * (x.col(j) / std::sqrt(levels[at].alpha_bar) - offset_);
    }
    denoiser_->denoise(x, own, x0, work);
    x0 = (scale_ * x0).colwise() + offset_;
  }

 private:
  std::unique_ptr<const Denoiser<double>> denoiser_;
  Vector<double> offset_;
  double scale_;
};

}  // namespace

Model kept_model(const ReproduceOptions& options, const std::string& name,
                 const std::function<Model()>& make) {
  if (options.models.empty()) return make();
  const auto path = options.models / fmt::format("{}-v{}.safetensors", name, version);
  if (std::filesystem::exists(path)) {
    try {
      return read_model(path);
    } catch (const Error&) {
      // Nothing that its user made: it is made again.
    }
  }
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

std::unique_ptr<const Denoiser<double>> denoiser_in_user_units(const Model& model, int threads) {
  return std::make_unique<UserUnits>(model, threads);
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
