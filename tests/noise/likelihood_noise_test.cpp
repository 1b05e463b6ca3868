// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/noise/likelihood_noise.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"
#include "pellucid/model/estimator.hpp"
#include "pellucid/model/fit.hpp"
#include "pellucid/model/training_vectors.hpp"
#include "support/random_priors.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

template <class Prior>
Model model_of(const Prior& prior) {
  using T = std::decay_t<decltype(prior.mean(0))>;
  Model model;
  model.shape = {prior.dim()};
  model.offset = Eigen::VectorXcd::Zero(prior.dim());
  if constexpr (is_complex<T>) {
    model.prior = ComplexPrior(prior);
  } else {
    model.prior = RealPrior(prior);
  }
  return model;
}

template <class T>
Model model_of(const GaussianMixture<T>& prior) {
  Model model = model_of(moments(prior));
  if constexpr (is_complex<T>) {
    model.prior = ComplexPrior(prior);
  } else {
    model.prior = RealPrior(prior);
  }
  return model;
}

template <class T>
Matrix<T> with_noise(Matrix<T> clean, double noise_std, std::uint64_t seed) {
  Matrix<T> noise(clean.rows(), clean.cols());
  RandomStream(seed, Purpose::observation_noise).normal<T>(0, 0, noise);
  return clean + T(noise_std) * noise;
}

template <class T>
LikelihoodEstimate estimate(const LikelihoodNoise<T>& likelihood, const Matrix<T>& y,
                            const std::vector<Index>& shape) {
  return likelihood.estimate(sample_for_noise<T>(MatrixSignals<T>(y, shape)));
}

bool covers(const NoiseEstimate& noise, double truth) {
  return noise.interval[0] <= truth && truth <= noise.interval[1];
}

template <class T>
class LikelihoodNoiseOf : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(LikelihoodNoiseOf, Numbers);

TYPED_TEST(LikelihoodNoiseOf, GaussianEstimateSolvesItsScoreEquation) {
  using T = TypeParam;
  test::Generator generator(1);
  const Gaussian<T> prior = test::random_gaussian<T>(6, generator);
  const Matrix<T> y = with_noise<T>(draw(prior, 50, 2), 0.5, 3);
  const LikelihoodEstimate noise = estimate<T>(LikelihoodNoise<T>(model_of(prior)), y, {6});
  // tr (C + s2)^-1 (S - C - s2) (C + s2)^-1 = 0 with the samples' second moment S about the mean;
  // it changes by tr (C + s2)^-2 = the scale given here, per unit of s2.
  const Matrix<T> centred = y.colwise() - prior.mean;
  const Matrix<T> second = centred * centred.adjoint() / T(50.0);
  const double s2 = noise.noise_std * noise.noise_std;
  Matrix<T> total = prior.covariance;
  total.diagonal().array() += T(s2);
  const Matrix<T> inverse = total.inverse();
  const double score = std::real((inverse * (second - total) * inverse).trace());
  EXPECT_NEAR(score / std::real((inverse * inverse).trace()) / s2, 0, 5e-4);
  EXPECT_TRUE(covers(noise, noise.noise_std));
  EXPECT_EQ(noise.vectors, 50);
}

TYPED_TEST(LikelihoodNoiseOf, IntervalsCoverWhereThePriorIsTrue) {
  using T = TypeParam;
  test::Generator generator(2);
  const GaussianMixture<T> prior = test::random_mixture<T>(6, 3, generator);
  const LikelihoodNoise<T> likelihood(model_of(prior), 1);
  constexpr int repeats = 200;
  int covered = 0;
  double mean = 0;
  for (int i = 0; i < repeats; ++i) {
    const auto seed = static_cast<std::uint64_t>(i);
    const auto noise =
        estimate<T>(likelihood, with_noise<T>(draw(prior, 40, seed), 0.6, seed), {6});
    covered += covers(noise, 0.6) ? 1 : 0;
    mean += noise.noise_std / repeats;
  }
  EXPECT_GE(covered, 180);  // 190 expected, deviation 3.1
  EXPECT_LE(covered, 199);
  EXPECT_NEAR(mean, 0.6, 0.02);
}

TYPED_TEST(LikelihoodNoiseOf, ScalesWithModelAndData) {
  using T = TypeParam;
  test::Generator generator(3);
  Model model = model_of(test::random_mixture<T>(5, 2, generator));
  const Matrix<T> y = with_noise<T>(draw<T>(model, 60, 4), 0.4, 5);
  const auto one = estimate<T>(LikelihoodNoise<T>(model), y, {5});
  model.scale = 7;
  model.power = 49;
  const auto seven = estimate<T>(LikelihoodNoise<T>(model), Matrix<T>(T(7) * y), {5});
  EXPECT_NEAR(seven.noise_std, 7 * one.noise_std, 1e-3 * seven.noise_std);
  EXPECT_NEAR(seven.interval[1], 7 * one.interval[1], 1e-3 * seven.noise_std);
  EXPECT_NEAR(seven.sensitivity, one.sensitivity, 1e-2 * std::abs(one.sensitivity) + 1e-3);
}

TYPED_TEST(LikelihoodNoiseOf, NoiseFarBelowThePriorIsAnUpperBound) {
  using T = TypeParam;
  test::Generator generator(4);
  const Gaussian<T> prior{Vector<T>::Zero(5), Matrix<T>::Identity(5, 5)};
  int bounds = 0, zeros = 0;
  for (int i = 0; i < 10; ++i) {
    const auto seed = static_cast<std::uint64_t>(i);
    const Matrix<T> y = with_noise<T>(draw(prior, 30, seed), 1e-3, seed);
    const auto noise = estimate<T>(LikelihoodNoise<T>(model_of(prior)), y, {5});
    bounds += noise.certainty == NoiseCertainty::bound && noise.interval[0] == 0 ? 1 : 0;
    zeros += noise.noise_std == 0 ? 1 : 0;
    EXPECT_GT(noise.interval[1], 1e-3);
    EXPECT_LT(noise.interval[1], 1.0);
    EXPECT_FALSE(noise.note.empty());
  }
  EXPECT_GE(bounds, 8);
  EXPECT_GE(zeros, 2);  // half of them, in the mean
}

TYPED_TEST(LikelihoodNoiseOf, SensitivityIsThatOfAnotherPrior) {
  using T = TypeParam;
  test::Generator generator(5);
  Gaussian<T> prior = test::random_gaussian<T>(6, generator);
  prior.mean.setZero();
  const Matrix<T> y = with_noise<T>(draw(prior, 400, 2), 0.5, 3);
  const auto one = estimate<T>(LikelihoodNoise<T>(model_of(prior)), y, {6});
  prior.covariance *= T(1.1);
  const auto other = estimate<T>(LikelihoodNoise<T>(model_of(prior)), y, {6});
  const double measured = 2 * std::log(other.noise_std / one.noise_std) / std::log(1.1);
  EXPECT_NEAR(one.sensitivity, measured, 0.1 * std::abs(measured) + 0.01);
  EXPECT_LT(one.sensitivity, 0);
}

TEST(LikelihoodNoise, OneSampleZerosAndWrongSizes) {
  test::Generator generator(6);
  const auto prior = test::random_gaussian<double>(40, generator);
  const LikelihoodNoise<double> likelihood(model_of(prior));
  // One sample of 40 numbers: 11 % from chance and as much again from the prior's share, 2.5 % of
  // the mean over 40 of them; 95 % of the intervals cover, 33 of 40 is 3.6 deviations below.
  double mean = 0;
  int covered = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto one = estimate<double>(
        likelihood, with_noise<double>(draw(prior, 1, seed + 1), 0.7, seed + 100), {40});
    mean += one.noise_std / 40;
    covered += covers(one, 0.7) ? 1 : 0;
  }
  EXPECT_NEAR(mean, 0.7, 0.07);
  EXPECT_GE(covered, 33);
  const auto zero = estimate<double>(likelihood, Matrix<double>::Zero(40, 3), {40});
  EXPECT_TRUE(std::isfinite(zero.noise_std) && std::isfinite(zero.interval[1]));
  EXPECT_THROW((void)estimate<double>(likelihood, Matrix<double>::Zero(30, 3), {30}), Error);
  EXPECT_THROW(LikelihoodNoise<Complex>{model_of(prior)}, Error);
}

// Smooth sounds, by frames of the waveform and by short-time spectra.
TEST(LikelihoodNoise, FramedModelsGiveTheNoiseOfTheSignal) {
  Matrix<double> clean(3000, 4);
  RandomStream(1, Purpose::probe).normal<double>(0, 0, clean);
  for (Index i = 1; i < clean.rows(); ++i) clean.row(i) += 0.95 * clean.row(i - 1);
  const MatrixSignals<double> training(clean, {3000});
  const Matrix<double> noisy = with_noise<double>(clean, 1.5, 7);
  const auto fitted = [&]<class V>(Framing framing) {
    const auto cut = cut_training_vectors<double, V>(training, framing, 100'000, 1);
    SampleSpace space(framing.vector_shape({3000}));
    space.framing = cut.framing;
    space.signal_power = cut.signal_power;
    return fit_gaussian_model<V>(MatrixSource<V>(cut.vectors), space);
  };
  Framing frames;
  frames.kind = Framing::Kind::frames;
  frames.size = {16};
  frames.stride = 4;
  Framing stft = frames;
  stft.kind = Framing::Kind::stft;
  const std::vector<Model> models{fitted.template operator()<double>(frames),
                                  fitted.template operator()<Complex>(stft)};
  for (const Model& model : models) {
    const auto noise = estimate<double>(LikelihoodNoise<double>(model), noisy, {3000});
    EXPECT_NEAR(noise.noise_std, 1.5, 0.06) << model.framing.text();  // 3 deviations of 12000
    EXPECT_GT(noise.vectors, 300);
  }
}

}  // namespace
}  // namespace pellucid
