// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/network/network_denoiser.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "network/random_tensors.hpp"

namespace pellucid::test {
namespace {

/// A network of any input whose output is a constant vector: what its estimate makes of it is
/// known.
template <class T>
NetworkPrior<T> constant_network(const Eigen::VectorXf& output, Conditioning conditioning,
                                 Prediction prediction) {
  NetworkArchitecture architecture{{is_complex<T> ? 2 : 1, output.size() / (is_complex<T> ? 2 : 1)},
                                   MlpArchitecture{8, 1, 0, 1, 4}};
  architecture.conditioning = conditioning;
  architecture.prediction = prediction;
  NamedTensors tensors = random_tensors(architecture);
  for (const char* part : {"output.weight", "skip.time.weight", "skip.time.bias"}) {
    for (float& value : tensors[part].values) value = 0;
  }
  tensors["output.bias"].values.assign(output.begin(), output.end());
  return {architecture, std::make_shared<const NamedTensors>(std::move(tensors))};
}

/// The estimate from x_t = a x0 + s n where the network says exactly what was asked of it.
template <class T>
void expect_clean(Conditioning conditioning, Prediction prediction, int step) {
  constexpr Index n = 5;
  const Schedule schedule(Schedule::paper(50));
  const NoiseLevel& level = schedule.level(step);
  const double a = std::sqrt(level.alpha_bar), s = std::sqrt(level.noise);
  const Vector<T> clean = Vector<T>::Random(n), noise = Vector<T>::Random(n);
  const Vector<T> x_t = a * clean + s * noise;
  Vector<T> answer = noise;
  if (prediction == Prediction::clean) answer = clean;
  if (prediction == Prediction::velocity) answer = a * noise - s * clean;
  if (prediction == Prediction::posterior_mean) {
    // Ho et al., equation 7.
    const double before = step == 1 ? 1.0 : schedule.alpha_bar(step - 1);
    answer = std::sqrt(before) * schedule.beta(step) / (1 - schedule.alpha_bar(step)) * clean +
             std::sqrt(schedule.alpha(step)) * (1 - before) / (1 - schedule.alpha_bar(step)) * x_t;
  }
  Eigen::VectorXf output(is_complex<T> ? 2 * n : n);
  output.head(n) = answer.real().template cast<float>();
  if constexpr (is_complex<T>) output.tail(n) = answer.imag().template cast<float>();
  const NetworkDenoiser<T> denoiser(constant_network<T>(output, conditioning, prediction),
                                    schedule);
  const auto work = denoiser.workspace();
  Matrix<T> x0(n, 1);
  denoiser.denoise(x_t, {&level, 1}, x0, *work);
  // The network's answer is rounded to single precision, and may be divided by a >= 0.1 or the
  // posterior mean's share of the clean signal, at least 0.01 here.
  EXPECT_LT((x0.col(0) - clean).cwiseAbs().maxCoeff(), 1e-4)
      << name(prediction) << ", " << name(conditioning) << ", step " << step;
}

TEST(NetworkDenoiser, TurnsEveryPredictionIntoTheCleanSignal) {
  for (const int step : {1, 2, 20}) {
    for (const Prediction prediction :
         {Prediction::noise, Prediction::clean, Prediction::posterior_mean, Prediction::velocity}) {
      expect_clean<double>(Conditioning::step, prediction, step);
      expect_clean<std::complex<double>>(Conditioning::step, prediction, step);
      if (prediction == Prediction::posterior_mean) continue;
      expect_clean<double>(Conditioning::log_snr, prediction, step);
      expect_clean<std::complex<double>>(Conditioning::log_snr, prediction, step);
    }
  }
}

TEST(NetworkDenoiser, GivesEverySampleItsLevel) {
  const NetworkArchitecture architecture{
      {1, 6}, MlpArchitecture{16, 2, 4, 2, 8}, Conditioning::log_snr, Prediction::velocity};
  const NetworkPrior<double> prior{
      architecture, std::make_shared<const NamedTensors>(random_tensors(architecture))};
  const NetworkDenoiser<double> denoiser(prior, Schedule());
  EXPECT_EQ(denoiser.bound_schedule(), nullptr);
  const auto work = denoiser.workspace();
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(6, 9);
  Eigen::MatrixXd together(6, 9), alone(6, 9);
  std::vector<NoiseLevel> levels;
  // Two levels in runs, a clean one, and ones beyond the range trained.
  for (const double db : {0.0, 0.0, 3.0, 3.0, 3.0, 100.0, 90.0, -70.0}) {
    levels.push_back(NoiseLevel::from_snr_db(db));
  }
  levels.push_back(NoiseLevel::clean());
  denoiser.denoise(x, levels, together, *work);
  for (Index j = 0; j < 9; ++j) {
    denoiser.denoise(x.col(j), {&levels[static_cast<std::size_t>(j)], 1}, alone.col(j), *work);
  }
  EXPECT_EQ(together, alone);
  EXPECT_EQ(together.col(8), x.col(8));
}

/// A denoiser whose network has random weights.
NetworkDenoiser<double> of_random_weights(const NetworkArchitecture& architecture,
                                          Precision precision = Precision::f32) {
  const NetworkPrior<double> prior{
      architecture, std::make_shared<const NamedTensors>(random_tensors(architecture))};
  return NetworkDenoiser<double>(prior, Schedule(), precision);
}

template <class D>
Eigen::MatrixXd estimate_of(const D& denoiser, const Eigen::MatrixXd& x, const NoiseLevel& level,
                            typename Denoiser<double>::Workspace& work) {
  Eigen::MatrixXd x0(x.rows(), x.cols());
  denoiser.denoise(x, {&level, 1}, x0, work);
  return x0;
}

// x0hat = (x_t - s output) / a: with the a of -80 dB an error of the output would be enlarged by
// 10^4.
TEST(NetworkDenoiser, BelowItsRangeEstimatesAsAtTheRangesEnd) {
  NetworkArchitecture architecture{{1, 6}, MlpArchitecture{16, 2, 4, 2, 8}, Conditioning::log_snr};
  architecture.lowest_snr_db = -10;
  architecture.highest_snr_db = 20;
  const auto denoiser = of_random_weights(architecture);
  const auto work = denoiser.workspace();
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(6, 2);
  const auto at = [&](double snr_db) {
    return estimate_of(denoiser, x, NoiseLevel::from_snr_db(snr_db), *work);
  };
  EXPECT_EQ(at(-80), at(-10));
  EXPECT_NE(at(-9), at(-10));
  // Above it the observation's own share is the better known one.
  EXPECT_LT((at(100) - x).cwiseAbs().maxCoeff(), 1e-4);
  ASSERT_TRUE(denoiser.trained_range());
  EXPECT_EQ(denoiser.trained_range()->lowest, -10);
  EXPECT_EQ(denoiser.trained_range()->highest, 20);
}

// Widths that are no multiple of a vector's: vectors of pixels then run over the frame of zeros.
TEST(NetworkDenoiser, SamplesThatAreNotFiniteLeaveNothingInAWorkspace) {
  const std::vector<NetworkArchitecture> architectures{
      {{1, 5, 7}, CnnArchitecture{{1, 8, 16}, {16, 9, 1}}},
      {{1, 10, 16}, CnnArchitecture{{1, 8, 16}, {16, 9, 1}}},
      {{1, 21}, CnnArchitecture{{1, 8, 16}, {16, 9, 1}}},
      {{1, 12, 20}, UnetArchitecture{1, 8, {1, 2, 4}}},
      {{1, 6}, MlpArchitecture{16, 2, 4, 2, 8}}};
  const NoiseLevel level = NoiseLevel::from_snr_db(3);
  for (const NetworkArchitecture& architecture : architectures) {
    for (const Precision precision : {Precision::f32, Precision::bf16x3, Precision::bf16}) {
      const auto denoiser = of_random_weights(architecture, precision);
      const Eigen::MatrixXd x = Eigen::MatrixXd::Random(denoiser.dim(), 3);
      Eigen::MatrixXd spoiled = x;
      spoiled.row(1).setConstant(std::numeric_limits<double>::quiet_NaN());
      spoiled.bottomRows(1).setConstant(std::numeric_limits<double>::infinity());
      const auto held = denoiser.workspace(), fresh = denoiser.workspace();
      (void)estimate_of(denoiser, spoiled, level, *held);
      EXPECT_EQ(estimate_of(denoiser, x, level, *held), estimate_of(denoiser, x, level, *fresh))
          << architecture.kind() << " " << name(precision);
    }
  }
}

TEST(NetworkDenoiser, RefusesTheWorkspaceOfAnother) {
  const NetworkArchitecture architecture{{1, 6}, CnnArchitecture{{1, 8, 16}, {16, 9, 1}}};
  const auto denoiser = of_random_weights(architecture), other = of_random_weights(architecture);
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(6, 1);
  const NoiseLevel level = NoiseLevel::from_snr_db(3);
  const auto of_bf16 = denoiser.in(Precision::bf16).workspace(), of_other = other.workspace();
  EXPECT_THROW((void)estimate_of(denoiser, x, level, *of_bf16), Error);
  EXPECT_THROW((void)estimate_of(denoiser, x, level, *of_other), Error);

  const Network one(architecture, random_tensors(architecture));
  const Network two(architecture, random_tensors(architecture));
  Eigen::VectorXf in = Eigen::VectorXf::Random(6), out(6);
  const auto work = two.workspace();
  EXPECT_THROW(one.run(one.condition(1), in.data(), out.data(), *work), Error);
}

}  // namespace
}  // namespace pellucid::test
