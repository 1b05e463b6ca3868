// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/signal_estimator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "pellucid/base/random.hpp"
#include "pellucid/model/fit.hpp"
#include "pellucid/model/training_vectors.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

// Smooth signals, so that a prior of frames has something to learn.
template <class T>
Matrix<T> smooth_signals(Index length, Index count, std::uint64_t seed) {
  Matrix<T> signals(length, count);
  RandomStream(seed, Purpose::probe).normal<T>(0, 0, signals);
  for (Index i = 1; i < length; ++i) signals.row(i) += T(0.9) * signals.row(i - 1);
  return signals;
}

template <class T>
Matrix<T> with_noise(const Matrix<T>& clean, double noise_std) {
  Matrix<T> noise(clean.rows(), clean.cols());
  RandomStream(5, Purpose::observation_noise).normal<T>(0, 0, noise);
  return clean + T(noise_std) * noise;
}

Framing framing_of(Framing::Kind kind, std::vector<Index> size, Index stride) {
  Framing framing;
  framing.kind = kind;
  framing.size = std::move(size);
  framing.stride = stride;
  return framing;
}

template <class T, class V>
Model fitted(const Matrix<T>& clean, const std::vector<Index>& shape, const Framing& framing) {
  const auto cut = cut_training_vectors<T, V>(MatrixSignals<T>(clean, shape), framing, 100'000, 1);
  SampleSpace space(framing.vector_shape(shape));
  space.framing = cut.framing;
  space.signal_power = cut.signal_power;
  return fit_gaussian_model<V>(MatrixSource<V>(cut.vectors), space);
}

// Frames side by side: the estimate is that of the frames, one after the other.
TEST(SignalEstimator, FramesWithoutOverlapAreEstimatedAlone) {
  const Matrix<double> clean = smooth_signals<double>(64, 300, 1);
  const Framing framing = framing_of(Framing::Kind::frames, {8}, 8);
  const Model model = fitted<double, double>(clean, {64}, framing);
  const Matrix<double> noisy = with_noise<double>(clean, 0.7);
  const SignalEstimator<double> signals(model);
  const Estimator<double> frames(model);
  const Matrix<double> estimate = signals.denoise(noisy, {64}, Noise::std(0.7));
  for (const Index j : {Index{0}, Index{299}}) {
    const Matrix<double> cut = Eigen::Map<const Matrix<double>>(noisy.col(j).data(), 8, 8);
    const Matrix<double> alone = frames.denoise(cut, Noise::std(0.7));
    const Vector<double> joined = Eigen::Map<const Vector<double>>(alone.data(), 64);
    EXPECT_LT((estimate.col(j) - joined).cwiseAbs().maxCoeff(), 1e-13);
  }
}

// Overlap averages several estimates of the same entry: a smaller error than frames side by side.
TEST(SignalEstimator, OverlapLowersTheError) {
  const Matrix<double> clean = smooth_signals<double>(256, 200, 2);
  const Matrix<double> noisy = with_noise<double>(clean, 2.0);
  const auto error = [&](Index stride) {
    const Framing framing = framing_of(Framing::Kind::frames, {16}, stride);
    const SignalEstimator<double> estimator(fitted<double, double>(clean, {256}, framing));
    return (estimator.denoise(noisy, {256}, Noise::std(2.0)) - clean).squaredNorm();
  };
  EXPECT_LT(error(4), 0.95 * error(16));
}

TEST(SignalEstimator, WithoutNoiseEveryFramingReturnsTheSignal) {
  const Matrix<double> clean = smooth_signals<double>(16 * 12, 40, 3);
  const auto check = [&](const Model& model, const std::vector<Index>& shape) {
    const SignalEstimator<double> estimator(model);
    const Matrix<double> estimate = estimator.denoise(clean, shape, Noise::std(0));
    EXPECT_LT((estimate - clean).cwiseAbs().maxCoeff(), 1e-9) << model.framing.text();
  };
  const Framing frames = framing_of(Framing::Kind::frames, {16}, 8);
  const Framing stft = framing_of(Framing::Kind::stft, {16}, 8);
  const Framing patches = framing_of(Framing::Kind::patches, {4, 4}, 3);
  check(fitted<double, double>(clean, {192}, frames), {192});
  check(fitted<double, Complex>(clean, {192}, stft), {192});
  check(fitted<double, double>(clean, {16, 12}, patches), {16, 12});
}

// A short-time spectrum's noise has the window's energy times the waveform's variance, 8 here.
TEST(SignalEstimator, SpectraAreFilteredAtTheirOwnNoiseLevel) {
  const Matrix<double> clean = smooth_signals<double>(512, 30, 4);
  const Framing framing = framing_of(Framing::Kind::stft, {16}, 8);
  const Model model = fitted<double, Complex>(clean, {512}, framing);
  const double noise_std = 1.5;
  EXPECT_NEAR(Noise::std(noise_std).model_variances(model).front(),
              8 * noise_std * noise_std / (model.scale * model.scale), 1e-12);
  const double power = clean.squaredNorm() / static_cast<double>(clean.size());
  EXPECT_NEAR(model.power / power, 1.0, 0.002);  // about one mean for all entries, nearly zero
  EXPECT_NEAR(Noise::snr_db(0).standard_deviations(model).front(), std::sqrt(model.power), 1e-12);

  const Matrix<double> noisy = with_noise<double>(clean, noise_std);
  const Matrix<double> estimate =
      SignalEstimator<double>(model).denoise(noisy, {512}, Noise::std(noise_std));
  // The Wiener filter of the whole signals bounds the error below; half the noise is a loose bound
  // that a wrong noise level, by a factor of 8, misses.
  const double error = (estimate - clean).squaredNorm() / static_cast<double>(clean.size());
  EXPECT_LT(error, 0.42 * noise_std * noise_std);
}

// A signal's numbers do not depend on the signals beside it, nor on threads.
TEST(SignalEstimator, SignalsAreIndependentOfTheirCompany) {
  const Matrix<double> clean = smooth_signals<double>(96, 20, 6);
  const Framing framing = framing_of(Framing::Kind::frames, {12}, 5);
  const Model model = fitted<double, double>(clean, {96}, framing);
  const Matrix<double> noisy = with_noise<double>(clean, 1.0);
  EstimateOptions options;
  options.method = Method::sample;
  options.steps = Steps{8};
  options.threads = 1;
  const SignalEstimator<double> estimator(model);
  const auto all = estimator.denoise(noisy, {96}, Noise::std(1.0), options);
  options.threads = 2;
  EXPECT_EQ(all, estimator.denoise(noisy, {96}, Noise::std(1.0), options));
  options.first_sample = 15;
  const auto last = estimator.denoise(noisy.rightCols(5), {96}, Noise::std(1.0), options);
  EXPECT_LT((all.rightCols(5) - last).cwiseAbs().maxCoeff(), 1e-12);
}

// More signals than the sample number has bits to spare: none may share another's numbers.
TEST(SignalEstimator, EverySignalHasItsOwnRandomNumbers) {
  const Framing framing = framing_of(Framing::Kind::frames, {8}, 8);
  const SignalEstimator<double> estimator(
      fitted<double, double>(smooth_signals<double>(64, 100, 8), {64}, framing));
  const Matrix<double> same = Matrix<double>::Ones(8, 600);
  EstimateOptions options;
  options.method = Method::average;
  options.draws = 2;
  options.steps = Steps{4};
  const auto estimates = estimator.denoise(same, {8}, Noise::std(2.0), options);
  std::set<double> values(estimates.row(0).begin(), estimates.row(0).end());
  EXPECT_EQ(values.size(), 600U);
}

// A prior written by hand in the data's own units: 100 times the data, 100 times the estimate.
TEST(SignalEstimator, UnitsOfAHandWrittenPriorDoNotMatter) {
  const Framing framing = framing_of(Framing::Kind::frames, {8}, 4);
  const auto by_hand = [&](double unit) {
    Model model;
    GaussianMixture<double> prior;
    prior.weights = Eigen::Vector2d(0.25, 0.75);
    prior.means = Matrix<double>::Constant(8, 2, unit);
    prior.means.col(1) *= -0.3;
    prior.covariances.assign(2, 0.5 * unit * unit * Matrix<double>::Identity(8, 8));
    model.prior = RealPrior(prior);
    model.shape = {8};
    model.offset = Eigen::VectorXcd::Zero(8);
    model.power = unit * unit;
    model.framing = framing;
    return model;
  };
  const Matrix<double> noisy = with_noise<double>(smooth_signals<double>(64, 5, 11), 1.0);
  EstimateOptions options;
  options.method = Method::mean_forwarding;
  options.steps = Steps{8};
  const auto estimate = [&](double unit) -> Matrix<double> {
    return SignalEstimator<double>(by_hand(unit))
               .denoise(unit * noisy, {64}, Noise::std(unit), options) /
           unit;
  };
  EXPECT_LT((estimate(100) - estimate(1)).cwiseAbs().maxCoeff(), 1e-12);
}

TEST(SignalEstimator, OneNoiseLevelForEachSignal) {
  const Matrix<double> clean = smooth_signals<double>(64, 2, 7);
  const Framing framing = framing_of(Framing::Kind::frames, {8}, 4);
  const SignalEstimator<double> estimator(
      fitted<double, double>(smooth_signals<double>(64, 100, 8), {64}, framing));
  const Matrix<double> both = estimator.denoise(clean, {64}, Noise::std_per_sample({0.5, 2.0}));
  const Matrix<double> second = estimator.denoise(clean.rightCols(1), {64}, Noise::std(2.0));
  EXPECT_EQ(both.col(1), second.col(0));
  EXPECT_THROW((void)estimator.denoise(clean, {64}, Noise::std_per_sample({1, 1, 1})), Error);
}

// Unitary transforms change nothing for priors with full covariances.
template <class T>
void expect_no_change(Transform transform, const std::vector<Index>& shape) {
  const Matrix<T> clean = smooth_signals<T>(entries_of(shape), 400, 9);
  const Matrix<T> noisy = with_noise<T>(clean, 1.0).leftCols(20);
  SampleSpace space(shape);
  const Estimator<T> plain(fit_gaussian_model<T>(MatrixSource<T>(clean), space));
  space.transform = transform;
  const Model model = fit_gaussian_model<T>(MatrixSource<T>(clean), space);
  EXPECT_EQ(model.transform, transform);
  const Estimator<T> transformed(model);
  EXPECT_LT((plain.denoise(noisy, Noise::std(1.0)) - transformed.denoise(noisy, Noise::std(1.0)))
                .cwiseAbs()
                .maxCoeff(),
            1e-11);
  EXPECT_LT(
      (draw<T>(model, 20'000, 1).rowwise().mean() - clean.rowwise().mean()).cwiseAbs().maxCoeff(),
      6 * std::sqrt(5.3 / 20'000));  // entries' variance 1 / (1 - 0.9^2)
}

TEST(ModelTransform, UnitaryTransformsChangeNoFullCovarianceEstimate) {
  expect_no_change<double>(Transform::dct, {24});
  expect_no_change<double>(Transform::dct, {4, 6});
  expect_no_change<Complex>(Transform::dft, {24});
  expect_no_change<Complex>(Transform::dft, {4, 6});
}

TEST(ModelTransform, FourierNeedsComplexData) {
  const Matrix<double> clean = smooth_signals<double>(8, 50, 10);
  SampleSpace space({8});
  space.transform = Transform::dft;
  EXPECT_THROW((void)fit_gaussian_model<double>(MatrixSource<double>(clean), space), Error);
}

TEST(TrainingVectors, AreSpreadOverAllSignals) {
  Matrix<double> signals(40, 50);
  for (Index j = 0; j < 50; ++j) signals.col(j).setConstant(static_cast<double>(j));
  const Framing framing = framing_of(Framing::Kind::frames, {4}, 4);
  const MatrixSignals<double> source(signals, {40});
  const auto all = cut_training_vectors<double, double>(source, framing, 1'000'000, 1);
  EXPECT_EQ(all.vectors.cols(), all.available);
  const auto some = cut_training_vectors<double, double>(source, framing, 100, 1);
  ASSERT_EQ(some.vectors.cols(), 100);
  for (Index j = 0; j < 100; ++j) {
    EXPECT_NEAR(some.vectors(0, j), static_cast<double>(j / 2), 1.0);
  }
  // As many stretches as fit: neighbours never share a vector.
  Matrix<double> counting(1100, 1);
  for (Index i = 0; i < 1100; ++i) counting(i, 0) = static_cast<double>(i);
  const auto most = cut_training_vectors<double, double>(
      MatrixSignals<double>(counting, {1100}), framing_of(Framing::Kind::frames, {2}, 1), 1000, 1);
  std::set<double> starts;
  for (Index j = 1; j < most.vectors.cols() - 1; ++j) starts.insert(most.vectors(0, j));
  EXPECT_EQ(starts.size(), 998U);  // the first and the last vector are reflected
  const Matrix<double> silence = Matrix<double>::Zero(40, 3);
  EXPECT_NEAR(some.signal_power, (50.0 * 50.0 - 1) / 12, 1e-9);  // the variance of 0 ... 49
  EXPECT_THROW((void)(cut_training_vectors<double, double>(MatrixSignals<double>(silence, {40}),
                                                           framing, 10, 1)),
               Error);
}

}  // namespace
}  // namespace pellucid
