// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/denoiser/mixture_denoiser.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "denoiser/conditional_mean.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"
#include "support/composite.hpp"
#include "support/golden.hpp"
#include "support/random_priors.hpp"
#include "support/reference.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

using test::conditional_mean;
using test::random_normal;

template <class T>
void expect_golden(const std::string& name, std::initializer_list<const char*> snrs) {
  const auto prior = test::golden_mixture<T>(name);
  const MixtureDenoiser<T> denoiser(prior, 1);
  using Single = std::conditional_t<is_complex<T>, std::complex<float>, float>;
  const MixtureDenoiser<Single> single(prior, 1);
  for (const std::string snr : snrs) {
    const auto y = test::golden<T>(name + ".snr" + snr + ".y");
    const auto cme = test::golden<T>(name + ".snr" + snr + ".cme");
    const double v = 1 / from_db(std::stod(snr));
    EXPECT_LT(test::relative_error(conditional_mean(denoiser, y, v), cme), 1e-9) << name << snr;
    const Matrix<T> from_single =
        conditional_mean<Single>(single, y.template cast<Single>(), v).template cast<T>();
    EXPECT_LT(test::relative_error(from_single, cme), 1e-4) << name << snr;
  }
}

TEST(MixtureDenoiser, GoldenSmall) {
  expect_golden<double>("mixture_small", {"-20", "-10", "+0", "+10", "+20", "+30"});
}
TEST(MixtureDenoiser, GoldenComplex) {
  expect_golden<Complex>("mixture_complex", {"-20", "-10", "+0", "+10", "+20", "+30"});
}
TEST(MixtureDenoiser, GoldenPaper) {
  expect_golden<double>("mixture_paper", {"-20", "-10", "+0", "+10", "+20", "+30"});
}
TEST(MixtureDenoiser, GoldenTwoPoint) { expect_golden<double>("two_point", {"-5", "+0", "+5"}); }

// For component variance -> 0 the conditional mean of a +1/-1 signal is tanh(SNR y).
TEST(MixtureDenoiser, TwoPointIsHyperbolicTangent) {
  GaussianMixture<double> prior;
  prior.weights = Eigen::Vector2d(0.5, 0.5);
  prior.means = Eigen::RowVector2d(1, -1);
  prior.covariances.assign(2, Matrix<double>::Zero(1, 1));
  const MixtureDenoiser<double> denoiser(prior, 1);
  const Matrix<double> y = Eigen::RowVectorXd::LinSpaced(41, -3, 3);
  for (const double snr : {0.1, 1.0, 10.0}) {
    const Matrix<double> expected = (snr * y).array().tanh();
    EXPECT_LT((conditional_mean(denoiser, y, 1 / snr) - expected).cwiseAbs().maxCoeff(), 1e-14);
  }
}

// One component: the Wiener filter m + C (C + v I)^-1 (y - m), by a direct solve.
TEST(MixtureDenoiser, GaussianIsTheWienerFilter) {
  const Matrix<Complex> root = random_normal<Complex>(6, 6, 3);
  const Gaussian<Complex> prior{random_normal<Complex>(6, 1, 4), root * root.adjoint()};
  const MixtureDenoiser<Complex> denoiser(prior);
  const Matrix<Complex> y = random_normal<Complex>(6, 9, 5);
  for (const double v : {1e-3, 1.0, 1e3}) {
    Matrix<Complex> expected(6, y.cols());
    for (Index j = 0; j < y.cols(); ++j) {
      expected.col(j) = reference::wiener<Complex>(prior.mean, prior.covariance, v, y.col(j));
    }
    EXPECT_LT(test::relative_error(conditional_mean(denoiser, y, v), expected), 1e-11) << v;
  }
}

TEST(MixtureDenoiser, LowRankEqualsItsSingularGaussian) {
  test::Generator generator(1);
  const Eigen::MatrixXd orthonormal = test::random_unitary<double>(7, generator).leftCols(3);
  const LowRank<double> prior{random_normal<double>(7, 1, 2), orthonormal,
                              Eigen::Vector3d(5, 2, 0.5)};
  const Gaussian<double> same{
      prior.mean, orthonormal * prior.eigenvalues.asDiagonal() * orthonormal.transpose()};
  const Matrix<double> y = random_normal<double>(7, 5, 3);
  EXPECT_LT(test::relative_error(conditional_mean(MixtureDenoiser<double>(prior), y, 0.3),
                                 conditional_mean(MixtureDenoiser<double>(same), y, 0.3)),
            1e-12);
}

TEST(MixtureDenoiser, NoNoiseReturnsTheObservationAndMuchNoiseTheMean) {
  const auto prior = test::golden_mixture<double>("mixture_small");
  const MixtureDenoiser<double> denoiser(prior, 1);
  const Matrix<double> y = random_normal<double>(12, 4, 8);
  EXPECT_EQ(conditional_mean(denoiser, y, 0.0), y);
  const Matrix<double> mean = moments(prior).mean.replicate(1, 4);
  EXPECT_LT((conditional_mean(denoiser, y, 1e12) - mean).cwiseAbs().maxCoeff(), 1e-5);
}

// A complex model is the real model of its parts with half the noise variance (to rounding).
TEST(MixtureDenoiser, ComplexEqualsRealComposite) {
  const auto prior = test::golden_mixture<Complex>("mixture_complex");
  const Matrix<Complex> y = test::golden<Complex>("mixture_complex.snr+0.y").leftCols(100);
  const Matrix<double> parts = test::composite(y);
  const Matrix<Complex> estimate = conditional_mean(MixtureDenoiser<Complex>(prior, 1), y, 1.0);
  const NoiseLevel level = NoiseLevel::from_variance(1.0);
  const NoiseLevel half{level.alpha_bar, level.noise / 2};  // s2 / 2 per real part
  const MixtureDenoiser<double> real(test::composite(prior), 1);
  Matrix<double> real_estimate(parts.rows(), y.cols());
  const auto work = real.workspace();
  const Matrix<double> x_t = parts * std::sqrt(level.alpha_bar);
  ASSERT_LE(y.cols(), real.batch());
  real.denoise(x_t, {&half, 1}, real_estimate, *work);
  EXPECT_LT(test::relative_error(test::composite(estimate), real_estimate), 1e-12);
}

TEST(MixtureDenoiser, UnitaryRotationOfPriorAndDataRotatesTheEstimate) {
  const auto prior = test::golden_mixture<Complex>("mixture_complex");
  test::Generator generator(2);
  const Matrix<Complex> q = test::random_unitary<Complex>(16, generator);
  GaussianMixture<Complex> rotated = prior;
  rotated.means = q * prior.means;
  for (auto& c : rotated.covariances) c = (q * c * q.adjoint()).eval();
  const auto y = test::golden<Complex>("mixture_complex.snr+10.y");
  const Matrix<Complex> expected = q * conditional_mean(MixtureDenoiser<Complex>(prior, 1), y, 0.1);
  const Matrix<Complex> turned = q * y;
  EXPECT_LT(test::relative_error(
                conditional_mean(MixtureDenoiser<Complex>(rotated, 1), turned, 0.1), expected),
            1e-12);
}

TEST(MixtureDenoiser, LevelsPerSampleEqualOneSampleAtATime) {
  const MixtureDenoiser<double> denoiser(test::golden_mixture<double>("mixture_small"), 1);
  const Matrix<double> x_t = random_normal<double>(12, 6, 1);
  std::vector<NoiseLevel> levels;
  for (int j = 0; j < 6; ++j) levels.push_back(NoiseLevel::from_snr_db(5.0 * j - 10));
  levels[3] = NoiseLevel::clean();
  const auto work = denoiser.workspace();
  Matrix<double> together(12, 6), alone(12, 1);
  denoiser.denoise(x_t, levels, together, *work);
  for (Index j = 0; j < 6; ++j) {
    denoiser.denoise(x_t.col(j), std::span(levels).subspan(static_cast<std::size_t>(j), 1), alone,
                     *work);
    EXPECT_LT(test::relative_error(together.col(j), alone), 1e-13) << j;
  }
}

// Tweedie: (sqrt(abar) D - x_t) / (1 - abar) is the gradient of the log density of x_t.
TEST(MixtureDenoiser, ScoreMatchesFiniteDifferencesOfTheLogDensity) {
  auto prior = test::golden_mixture<double>("mixture_small");
  const MixtureDenoiser<double> denoiser(prior, 1);
  const double v = 0.4, h = 1e-5;
  const Matrix<double> y = random_normal<double>(12, 3, 6);
  const Matrix<double> score = (conditional_mean(denoiser, y, v) - y) / v;
  for (Index i = 0; i < 12; ++i) {
    Matrix<double> up = y, down = y;
    up.row(i).array() += h;
    down.row(i).array() -= h;
    const Eigen::VectorXd slope =
        (log_density<double>(prior, up, v) - log_density<double>(prior, down, v)) / (2 * h);
    // Central differences: truncation h^2 and rounding 1e-14 / h, both below 1e-7.
    EXPECT_LT((slope.transpose() - score.row(i)).cwiseAbs().maxCoeff(), 1e-6);
  }
}

// Var by the same formula as the Jacobian: tr Cov[x0|x_t] = (1 - abar) / sqrt(abar) tr J.
TEST(MixtureDenoiser, PosteriorVarianceIsTheTraceOfTheJacobian) {
  const auto prior = test::golden_mixture<double>("mixture_small");
  const MixtureDenoiser<double> denoiser(prior, 1);
  const double v = 0.4, h = 1e-5;
  const NoiseLevel level = NoiseLevel::from_variance(v);
  const Matrix<double> y = random_normal<double>(12, 3, 6);
  Eigen::VectorXd trace = Eigen::VectorXd::Zero(3);
  for (Index i = 0; i < 12; ++i) {
    Matrix<double> up = y, down = y;
    up.row(i).array() += h;
    down.row(i).array() -= h;
    trace +=
        ((conditional_mean(denoiser, up, v) - conditional_mean(denoiser, down, v)).row(i) / (2 * h))
            .transpose();
  }
  Matrix<double> mean(12, 3);
  Eigen::VectorXd variance(3);
  const auto work = denoiser.workspace();
  denoiser.posterior(y * std::sqrt(level.alpha_bar), {&level, 1}, mean, variance, *work);
  EXPECT_LT(((v * trace - variance).array() / variance.array()).abs().maxCoeff(), 1e-6);
}

// The conditional mean's error is orthogonal to it and zero in mean; its square is the posterior
// variance on average. 20,000 draws: bounds of 5 standard errors, seeds fixed.
TEST(MixtureDenoiser, ErrorIsOrthogonalAndAsLargeAsThePosteriorVariance) {
  const auto prior = test::golden_mixture<Complex>("mixture_complex");
  const MixtureDenoiser<Complex> denoiser(prior, 1);
  const Index samples = 20000;
  const double v = 0.5;
  const NoiseLevel level = NoiseLevel::from_variance(v);
  const Matrix<Complex> x = draw(prior, samples, 11);
  Matrix<Complex> noise(x.rows(), samples);
  RandomStream(12, Purpose::observation_noise).normal<Complex>(0, 0, noise);
  const Matrix<Complex> x_t = (x + std::sqrt(v) * noise) * std::sqrt(level.alpha_bar);
  Matrix<Complex> mean(x.rows(), samples);
  Eigen::VectorXd variance(samples);
  const auto work = denoiser.workspace();
  for (Index first = 0; first < samples; first += denoiser.batch()) {
    const Index count = std::min(denoiser.batch(), samples - first);
    denoiser.posterior(x_t.middleCols(first, count), {&level, 1}, mean.middleCols(first, count),
                       variance.segment(first, count), *work);
  }
  const Matrix<Complex> error = x - mean;
  const auto within_five_errors = [samples](const Eigen::ArrayXd& values, const char* what) {
    const double average = values.mean();
    const double deviation = std::sqrt((values - average).square().mean());
    EXPECT_LT(std::abs(average), 5 * deviation / std::sqrt(static_cast<double>(samples))) << what;
  };
  within_five_errors(error.row(0).real().transpose().array(), "mean error");
  within_five_errors(
      mean.conjugate().cwiseProduct(error).real().colwise().sum().transpose().array(),
      "correlation of error and estimate");
  within_five_errors(error.colwise().squaredNorm().transpose().array() - variance.array(),
                     "squared error minus posterior variance");
}

// dI/dsnr is the MMSE for complex signals (half of it for real ones; Guo, Shamai, Verdu 2005):
// the mutual information from the log density of y = x + n, on one set of draws.
TEST(MixtureDenoiser, MutualInformationGrowsWithHalfTheMmse) {
  const auto prior = test::golden_mixture<double>("mixture_small");
  const Index samples = 4000;
  const Matrix<double> x = draw(prior, samples, 5);
  Matrix<double> unit(x.rows(), samples);
  RandomStream(6, Purpose::observation_noise).normal<double>(0, 0, unit);
  // I(snr) = h(y) - h(n): with fixed draws a smooth function of snr, whose mean slope is mmse / 2.
  const auto information = [&](double snr) {
    const double v = 1 / snr;
    const Eigen::VectorXd log_y = log_density<double>(prior, x + std::sqrt(v) * unit, v);
    const double entropy_noise = 0.5 * static_cast<double>(x.rows()) * std::log(v);
    return (-log_y.array() - entropy_noise).eval();
  };
  const double snr = 2.0, step = 1e-3;
  const Eigen::ArrayXd slope = (information(snr + step) - information(snr - step)) / (2 * step);
  const MixtureDenoiser<double> denoiser(prior, 1);
  const Matrix<double> error =
      x - conditional_mean<double>(denoiser, x + std::sqrt(1 / snr) * unit, 1 / snr);
  const Eigen::ArrayXd gap = slope - 0.5 * error.colwise().squaredNorm().transpose().array();
  const double deviation = std::sqrt((gap - gap.mean()).square().mean());
  EXPECT_LT(std::abs(gap.mean()), 5 * deviation / std::sqrt(static_cast<double>(samples)));
  EXPECT_LT(deviation / std::sqrt(static_cast<double>(samples)), 0.05 * slope.mean());
}

// Stein's risk estimate, real data: |y - D|^2 - N s2 + 2 s2 tr J has the mean of |x - D|^2.
TEST(MixtureDenoiser, SteinRiskEstimateIsUnbiased) {
  const auto prior = test::golden_mixture<double>("mixture_small");
  const MixtureDenoiser<double> denoiser(prior, 1);
  const Index samples = 8000;
  const double v = 0.5;
  const NoiseLevel level = NoiseLevel::from_variance(v);
  const Matrix<double> x = draw(prior, samples, 21);
  Matrix<double> noise(x.rows(), samples), mean(x.rows(), samples);
  RandomStream(22, Purpose::observation_noise).normal<double>(0, 0, noise);
  const Matrix<double> y = x + std::sqrt(v) * noise;
  Eigen::VectorXd variance(samples);
  const auto work = denoiser.workspace();
  for (Index first = 0; first < samples; first += denoiser.batch()) {
    const Index count = std::min(denoiser.batch(), samples - first);
    denoiser.posterior(y.middleCols(first, count) * std::sqrt(level.alpha_bar), {&level, 1},
                       mean.middleCols(first, count), variance.segment(first, count), *work);
  }
  // v tr dD/dy = tr Cov[x | y].
  const Eigen::ArrayXd risk = (y - mean).colwise().squaredNorm().transpose().array() -
                              static_cast<double>(x.rows()) * v + 2 * variance.array();
  const Eigen::ArrayXd gap = risk - (x - mean).colwise().squaredNorm().transpose().array();
  const double deviation = std::sqrt((gap - gap.mean()).square().mean());
  EXPECT_LT(std::abs(gap.mean()), 5 * deviation / std::sqrt(static_cast<double>(samples)));
}

TEST(MixtureDenoiser, HugeEntriesAndTinyWeightsGiveNumbers) {
  auto prior = test::golden_mixture<double>("mixture_small");
  prior.weights(0) = 0;
  prior.weights /= prior.weights.sum();
  const MixtureDenoiser<double> denoiser(prior, 1);
  for (const double size : {1e-200, 1e3, 1e100, 1e200}) {
    const Matrix<double> y = Matrix<double>::Constant(12, 2, size);
    EXPECT_TRUE(conditional_mean(denoiser, y, 1e-3).allFinite()) << size;
  }
}

// Far out the component of large variance has all the weight, also where squares overflow.
TEST(MixtureDenoiser, FarObservationBelongsToTheWideComponent) {
  GaussianMixture<double> prior;
  prior.weights = Eigen::Vector2d(0.5, 0.5);
  prior.means = Matrix<double>::Zero(1, 2);
  prior.covariances = {Matrix<double>::Constant(1, 1, 1e-4), Matrix<double>::Constant(1, 1, 1e4)};
  const MixtureDenoiser<double> denoiser(prior, 1);
  for (const double size : {1e3, 1e100, 1e160, 1e200}) {
    const Matrix<double> y = Matrix<double>::Constant(1, 1, size);
    EXPECT_NEAR(conditional_mean(denoiser, y, 1.0)(0) / size, 1e4 / (1e4 + 1), 1e-9) << size;
  }
}

TEST(MixtureDenoiser, TinyUnitsKeepTheirWeights) {
  auto prior = test::golden_mixture<double>("mixture_small");
  const Matrix<double> y = random_normal<double>(12, 5, 8);
  const Matrix<double> expected = conditional_mean(MixtureDenoiser<double>(prior, 1), y, 0.5);
  const double unit = 1e-22;
  prior.means *= unit;
  for (auto& c : prior.covariances) c *= unit * unit;
  // abar is that of a tiny noise variance, so the level is nearly clean in name only.
  const Matrix<double> small = conditional_mean(MixtureDenoiser<double>(prior, 1),
                                                Matrix<double>(unit * y), 0.5 * unit * unit);
  EXPECT_LT(test::relative_error(small / unit, expected), 1e-12);
}

TEST(MixtureDenoiser, ShapesThatDoNotFitAreRefused) {
  const MixtureDenoiser<double> denoiser(test::golden_mixture<double>("mixture_small"), 1);
  const auto work = denoiser.workspace();
  const NoiseLevel level = NoiseLevel::from_variance(1);
  Matrix<double> x0(12, denoiser.batch() + 1);
  EXPECT_THROW(
      denoiser.denoise(Matrix<double>::Ones(12, denoiser.batch() + 1), {&level, 1}, x0, *work),
      Error);
  EXPECT_THROW(denoiser.denoise(Matrix<double>::Ones(11, 1), {&level, 1}, x0, *work), Error);
  EXPECT_THROW(denoiser.denoise(Matrix<double>::Ones(12, 1), {}, x0, *work), Error);
}

}  // namespace
}  // namespace pellucid
