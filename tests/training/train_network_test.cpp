// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/training/train_network.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "pellucid/io/checkpoint_file.hpp"
#include "pellucid/network/network_denoiser.hpp"
#include "pellucid/training/network_trainer.hpp"
#include "pellucid/version.hpp"
#include "support/random_priors.hpp"

namespace pellucid::test {
namespace {

template <class T>
const NetworkPrior<T>& network_of(const Model& model) {
  if constexpr (is_complex<T>) {
    return std::get<NetworkPrior<T>>(std::get<ComplexPrior>(model.prior));
  } else {
    return std::get<NetworkPrior<T>>(std::get<RealPrior>(model.prior));
  }
}

NetworkTrainingOptions small_options() {
  NetworkTrainingOptions options;
  options.architecture = NetworkArchitecture{
      {1, 6}, MlpArchitecture{32, 1, 0, 1, 16}, Conditioning::log_snr, Prediction::velocity, -12,
      12};
  options.batch = 128;
  options.epochs = 4;
  options.learning_rate = 1e-2;
  options.precision = TrainingPrecision::f32;
  options.threads = 1;
  return options;
}

/// Samples `A z` of zero mean, and their covariance, of average variance 1.
template <class T>
struct Correlated {
  Matrix<T> covariance, samples;

  Correlated(Index dim, Index count) {
    Generator generator(5);
    Matrix<T> a = normal_matrix<T>(dim, dim, generator);
    a.col(0) *= 3.0;
    a *= std::sqrt(static_cast<double>(dim)) / a.norm();
    covariance = a * a.adjoint();
    samples = a * normal_matrix<T>(dim, count, generator);
  }
};

// What the network makes of noisy samples.
template <class T>
Matrix<T> estimates_of(const Model& model, const Matrix<T>& noisy, double noise_variance) {
  const Index dim = noisy.rows();
  const NoiseLevel level = NoiseLevel::from_variance(noise_variance / (model.scale * model.scale));
  Matrix<T> x_t = noisy, estimate(dim, noisy.cols());
  for (Index i = 0; i < dim; ++i) {
    const std::complex<double> offset = model.offset(i);
    if constexpr (is_complex<T>) {
      x_t.row(i).array() -= offset;
    } else {
      x_t.row(i).array() -= offset.real();
    }
  }
  x_t *= std::sqrt(level.alpha_bar) / model.scale;
  const NetworkDenoiser<T> denoiser(network_of<T>(model), model.schedule);
  const auto work = denoiser.workspace();
  denoiser.denoise(x_t, {&level, 1}, estimate, *work);
  estimate *= model.scale;
  for (Index i = 0; i < dim; ++i) {
    const std::complex<double> offset = model.offset(i);
    if constexpr (is_complex<T>) {
      estimate.row(i).array() += offset;
    } else {
      estimate.row(i).array() += offset.real();
    }
  }
  return estimate;
}

// The squared error of the network beside that of the exact conditional mean.
template <class T>
void expect_near_the_wiener_filter(const Model& model, const Correlated<T>& data,
                                   double noise_variance) {
  const Index dim = data.covariance.rows(), count = data.samples.cols();
  Generator generator(9);
  const Matrix<T> noisy =
      data.samples + std::sqrt(noise_variance) * normal_matrix<T>(dim, count, generator);
  const Matrix<T> estimate = estimates_of(model, noisy, noise_variance);
  const Matrix<T> gain = data.covariance + noise_variance * Matrix<T>::Identity(dim, dim);
  const Matrix<T> wiener = data.covariance * gain.ldlt().solve(noisy);
  const double best = (wiener - data.samples).squaredNorm();
  // A wrong conditioning, target or unit doubles the error; an untrained network has 2.5 times it.
  EXPECT_LT((estimate - data.samples).squaredNorm(), 1.06 * best);
}

TEST(TrainNetwork, ApproachesTheWienerFilterOnGaussianSignals) {
  const Correlated<double> data(6, 4000);
  for (const Prediction prediction : {Prediction::velocity, Prediction::clean, Prediction::noise}) {
    NetworkTrainingOptions options = small_options();
    options.architecture->prediction = prediction;
    options.epochs = 16;
    NetworkTrainingReport report;
    const Model model =
        train_network(MatrixSource<double>(data.samples), {6}, options, nullptr, &report);
    expect_near_the_wiener_filter(model, data, 1.0);
    ASSERT_EQ(report.epochs.size(), 16U);
    EXPECT_LT(report.epochs.back().validation_loss, report.epochs.front().validation_loss);
    EXPECT_EQ(report.training_samples, 3600);
    EXPECT_EQ(report.validation_samples, 400);
  }
}

TEST(TrainNetwork, ComplexSignalsOfStepNetworksToo) {
  const Correlated<std::complex<double>> data(3, 4000);
  NetworkTrainingOptions options = small_options();
  options.architecture = NetworkArchitecture{
      {2, 3}, MlpArchitecture{32, 1, 0, 1, 16}, Conditioning::step, Prediction::posterior_mean};
  options.schedule = Schedule(Schedule::paper(10));
  options.weighting = LossWeighting::min_snr;
  options.epochs = 20;
  const Model model = train_network(MatrixSource<std::complex<double>>(data.samples), {3}, options);
  EXPECT_TRUE(model.is_complex());
  EXPECT_EQ(model.kind(), "network");
  EXPECT_NEAR(model.scale, 1.0, 0.05);
  for (const int step : {2, 4}) {  // 10.7 and 1.7 dB
    const double variance = 1 / options.schedule.level(step).snr();
    expect_near_the_wiener_filter(model, data, variance * model.scale * model.scale);
  }
}

TEST(TrainNetwork, OfScaledAndShiftedSamplesIsTheSameNetwork) {
  const Correlated<double> data(6, 600);
  const Matrix<double> scaled = 8.0 * data.samples;
  const auto options = small_options();
  const Model model = train_network(MatrixSource<double>(data.samples), {6}, options);
  const Model of_scaled = train_network(MatrixSource<double>(scaled), {6}, options);
  EXPECT_EQ(*network_of<double>(model).tensors, *network_of<double>(of_scaled).tensors);
  EXPECT_NEAR(of_scaled.scale / model.scale, 8.0, 1e-12);
  EXPECT_LT((of_scaled.offset - 8.0 * model.offset).norm(), 1e-12);
  // Other factors and shifts round: the weights part a little with every step.
  const Matrix<double> shifted = (7.0 * data.samples).array() + 3.0;
  const Model of_shifted = train_network(MatrixSource<double>(shifted), {6}, options);
  EXPECT_NEAR(of_shifted.scale / model.scale, 7.0, 1e-12);
  const Matrix<double> expected = estimates_of<double>(model, data.samples, 1.0);
  Matrix<double> estimates = estimates_of<double>(of_shifted, shifted, 49.0);
  estimates = (estimates.array() - 3.0) / 7.0;
  EXPECT_LT((estimates - expected).norm(), 1e-3 * expected.norm());
}

class StopAfter final : public Monitor {
 public:
  explicit StopAfter(int updates) : left_(updates) {}
  void begin(std::string_view name, double) override { training_ = name == "training"; }
  void update(double, std::string_view) override { left_ -= training_ ? 1 : 0; }
  void end() override {}
  void warn(std::string_view) override {}
  [[nodiscard]] bool stop_requested() const override { return left_ <= 0; }

 private:
  int left_;
  bool training_ = false;
};

TEST(TrainNetwork, StoppedAndResumedIsBitForBitTheUninterrupted) {
  const Correlated<double> data(6, 600);
  const auto path = std::filesystem::temp_directory_path() / "pellucid_train_network_test.state";
  std::filesystem::remove(path);
  for (const bool bf16 : {false, true}) {
    NetworkTrainingOptions options = small_options();
    options.precision = bf16 ? TrainingPrecision::bf16 : TrainingPrecision::f32;
    // A network with running statistics, too.
    if (bf16) {
      options.architecture->data_shape = {1, 2, 3};
      options.architecture->layers = UnetArchitecture{1, 4, {1}, 1, 3};
    }
    const MatrixSource<double> source(data.samples);
    const Model expected = train_network(source, {6}, options);
    CheckpointFile fresh(path, false), resumed(path, true);
    options.checkpoint = &fresh;
    for (const int updates : {5, 3, 1}) {
      StopAfter stop(updates);
      EXPECT_THROW((void)train_network(source, {6}, options, &stop), Stopped);
      options.checkpoint = &resumed;
    }
    NetworkTrainingReport report;
    const Model model = train_network(source, {6}, options, nullptr, &report);
    EXPECT_EQ(*network_of<double>(model).tensors, *network_of<double>(expected).tensors);
    EXPECT_EQ(report.epochs.size(), 4U);
    options.seed = 2;
    try {
      (void)train_network(source, {6}, options);
      FAIL();
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("(seed: 1 there, 2 here)"), std::string::npos)
          << error.what();
    }
    resumed.remove();
  }
}

template <class F>
std::string message_of(F&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TEST(TrainNetwork, RefusesWhatCannotBeTrainedOn) {
  const Matrix<double> equal = Matrix<double>::Ones(6, 10), one = Matrix<double>::Random(6, 1);
  Matrix<double> infinite = Matrix<double>::Random(6, 10);
  infinite(3, 4) = NAN;
  const auto fit = [](const Matrix<double>& samples, const NetworkTrainingOptions& options) {
    (void)train_network(MatrixSource<double>(samples), {samples.rows()}, options);
  };
  const auto options = small_options();
  EXPECT_NE(message_of([&] { fit(equal, options); }).find("all samples are equal"),
            std::string::npos);
  EXPECT_NE(message_of([&] { fit(one, options); }).find("1 sample"), std::string::npos);
  EXPECT_NE(message_of([&] { fit(infinite, options); }).find("not finite"), std::string::npos);
  EXPECT_NE(
      message_of([&] { fit(Matrix<double>::Random(7, 10), options); }).find("takes 6 numbers"),
      std::string::npos);
  const Matrix<std::complex<double>> complex = Matrix<std::complex<double>>::Random(3, 10);
  const MatrixSource<std::complex<double>> pairs(complex);
  EXPECT_NE(message_of([&] { (void)train_network(pairs, {3}, options); }).find("even number"),
            std::string::npos);
}

TEST(TrainNetwork, ComesFromALibraryLoadedWhenNeeded) {
  void* library = dlopen(PELLUCID_TRAINING_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  const auto entry = reinterpret_cast<NetworkTrainerEntry>(dlsym(library, network_trainer_symbol));
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry("0.0.0"), nullptr);
  const NetworkTrainer* trainer = entry(std::string(version).c_str());
  ASSERT_NE(trainer, nullptr);
  const Correlated<double> data(6, 300);
  const MatrixSource<double> source(data.samples);
  const Model model = trainer->train(source, {6}, small_options(), nullptr, nullptr);
  EXPECT_EQ(*network_of<double>(model).tensors,
            *network_of<double>(train_network(source, {6}, small_options())).tensors);
  const Matrix<double> one = Matrix<double>::Random(6, 1);
  const MatrixSource<double> single(one);
  EXPECT_THROW((void)trainer->train(single, {6}, small_options(), nullptr, nullptr), Error);
}

}  // namespace
}  // namespace pellucid::test
