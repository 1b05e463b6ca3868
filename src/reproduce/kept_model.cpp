// SPDX-License-Identifier: BSD-3-Clause
#include "reproduce/kept_model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pellucid/base/error.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/version.hpp"

namespace pellucid::reproduce {

namespace {

// Of the levels that a network learns: a network is asked at the ends for whatever lies beyond, and
// observations here start at -20 dB and schedules end at 40 dB.
constexpr double lowest_snr_db = -25, highest_snr_db = 40;

template <class T>
class UserUnits final : public Denoiser<T> {
 public:
  using Workspace = typename Denoiser<T>::Workspace;

  UserUnits(const Model& model, int threads)
      : denoiser_(denoiser_of<T>(model, threads)),
        offset_(offset_as<T>(model)),
        scale_(model.scale) {}

  [[nodiscard]] Index dim() const override { return denoiser_->dim(); }
  [[nodiscard]] Index batch() const override { return denoiser_->batch(); }
  [[nodiscard]] std::unique_ptr<Workspace> workspace() const override {
    return std::make_unique<Buffers>(*denoiser_);
  }

  void denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
               Workspace& work) const override {
    auto& buffers = static_cast<Buffers&>(work);
    const std::span own(buffers.levels.data(), levels.size());
    std::ranges::transform(levels, own.begin(), [&](const NoiseLevel& level) {
      return NoiseLevel::from_variance(level.variance() / (scale_ * scale_));
    });
    auto x = buffers.x.leftCols(x_t.cols());
    for (Index j = 0; j < x.cols(); ++j) {
      const auto at = static_cast<std::size_t>(levels.size() == 1 ? 0 : j);
      const double root = std::sqrt(own[at].alpha_bar);
      x.col(j) = root / scale_ * (x_t.col(j) / std::sqrt(levels[at].alpha_bar) - offset_);
    }
    denoiser_->denoise(x, own, x0, *buffers.inner);
    x0 = (scale_ * x0).colwise() + offset_;
  }

 private:
  struct Buffers final : Workspace {
    explicit Buffers(const Denoiser<T>& denoiser)
        : inner(denoiser.workspace()),
          levels(static_cast<std::size_t>(denoiser.batch()), NoiseLevel::clean()),
          x(denoiser.dim(), denoiser.batch()) {}

    std::unique_ptr<Workspace> inner;
    std::vector<NoiseLevel> levels;  // in the model's units
    Matrix<T> x;
  };

  std::unique_ptr<const Denoiser<T>> denoiser_;
  Vector<T> offset_;
  double scale_;
};

// What a network's name says of it, behind its prior.
std::string mark_of(const NetworkSizes& sizes) {
  const std::string layers =
      sizes.kind == "mlp" ? fmt::format("mlp-w{}-e{}-r{}", sizes.width, sizes.experts, sizes.rank)
                          : fmt::format("{}-c{}", sizes.kind, sizes.width);
  return fmt::format("{}-{}x{}-{}to{}dB", layers, sizes.epochs, sizes.draws, lowest_snr_db,
                     highest_snr_db);
}

NetworkTrainingOptions training_of(const NetworkSizes& sizes, const std::vector<Index>& shape,
                                   bool complex, std::uint64_t seed) {
  NetworkTrainingOptions training;
  NetworkArchitecture architecture = default_architecture(shape, complex, sizes.kind);
  if (auto* mlp = std::get_if<MlpArchitecture>(&architecture.layers)) {
    mlp->width = sizes.width;
    mlp->experts = sizes.experts;
    mlp->expert_rank = sizes.rank;
  } else {
    std::get<UnetArchitecture>(architecture.layers).channels_init = sizes.width;
  }
  architecture.lowest_snr_db = lowest_snr_db;
  architecture.highest_snr_db = highest_snr_db;
  training.architecture = std::move(architecture);
  training.epochs = sizes.epochs;
  training.seed = seed;
  training.threads = 1;  // weights depend on the number, which no setting says
  return training;
}

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

std::string folder_mark(const std::filesystem::path& folder, const std::filesystem::path& usual) {
  if (folder == usual) return {};
  std::uint64_t mark = 0xcbf29ce484222325ULL;  // FNV-1a: std::hash may differ by library
  for (const char letter : std::filesystem::absolute(folder).lexically_normal().string()) {
    mark = (mark ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
  }
  return fmt::format("-of-{:016x}", mark);
}

NetworkSizes network_sizes(const ReproduceOptions& options) {
  // In full nearly the default network, for about 18,000 of its 30,000 steps.
  if (!options.quick) return {"mlp", 200'000, 256, 128, 24, 46};
  return {"mlp", 20'000, 64, 32, 8, 20};
}

std::string text_of(const NetworkSizes& sizes) {
  const std::string layers = sizes.kind == "mlp"
                                 ? fmt::format("mlp, width {}, {} experts of rank {}", sizes.width,
                                               sizes.experts, sizes.rank)
                                 : fmt::format("{}, {} channels", sizes.kind, sizes.width);
  return fmt::format("{}, {} epochs of {} draws, {} to {} dB", layers, sizes.epochs, sizes.draws,
                     lowest_snr_db, highest_snr_db);
}

template <class T>
Model trained_network(const ReproduceOptions& options, const NetworkSizes& sizes,
                      const GaussianMixture<T>& prior, const std::vector<Index>& shape,
                      const std::string& prior_name, Monitor* monitor) {
  const auto make = [&] {
    if (!options.trainer) {
      throw Error("this experiment trains a network: it needs libpellucid_training.so");
    }
    // Far behind the draws of the tests.
    constexpr Index first = 10'000'000;
    const Matrix<T> clean = draw(prior, sizes.draws, options.seed, first);
    return options.trainer().train(MatrixSource<T>(clean), shape,
                                   training_of(sizes, shape, is_complex<T>, options.seed), monitor,
                                   nullptr);
  };
  return kept_model(options, fmt::format("{}-{}", prior_name, mark_of(sizes)), make);
}

Model trained_network(const ReproduceOptions& options, const GaussianMixture<double>& prior,
                      const std::string& prior_name, Monitor* monitor) {
  return trained_network(options, network_sizes(options), prior, {prior.dim()},
                         fmt::format("{}-seed{}", prior_name, options.seed), monitor);
}

template <class T>
std::unique_ptr<const Denoiser<T>> denoiser_in_user_units(const Model& model, int threads) {
  return std::make_unique<UserUnits<T>>(model, threads);
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

template Model trained_network(const ReproduceOptions&, const NetworkSizes&,
                               const GaussianMixture<double>&, const std::vector<Index>&,
                               const std::string&, Monitor*);
template Model trained_network(const ReproduceOptions&, const NetworkSizes&,
                               const GaussianMixture<std::complex<double>>&,
                               const std::vector<Index>&, const std::string&, Monitor*);
template std::unique_ptr<const Denoiser<double>> denoiser_in_user_units(const Model&, int);
template std::unique_ptr<const Denoiser<std::complex<double>>> denoiser_in_user_units(const Model&,
                                                                                      int);

}  // namespace pellucid::reproduce
