// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <cmath>

#include "pellucid/denoiser/mixture_denoiser.hpp"
#include "pellucid/reverse/estimate.hpp"
#include "support/golden.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

template <class T>
Matrix<T> denoised(const Denoiser<T>& denoiser, const Schedule& schedule, const Matrix<T>& y,
                   double snr_db, const EstimateOptions& options) {
  const double v = 1 / from_db(snr_db);
  Matrix<T> estimates(y.rows(), y.cols());
  estimate<T>(denoiser, schedule, {}, y, {&v, 1}, options, estimates);
  return estimates;
}

EstimateOptions with_steps(Method method, int steps) {
  EstimateOptions options;
  options.method = method;
  options.steps = {steps};
  return options;
}

// Golden chains are computed in double precision by an independent NumPy program; a hundred steps
// through weights that switch components leave 1e-7.
template <class T>
void expect_golden(const std::string& name, int steps, std::initializer_list<const char*> snrs) {
  const MixtureDenoiser<T> denoiser(test::golden_mixture<T>(name), 1);
  const Schedule schedule(Schedule::paper(steps));
  for (const std::string snr : snrs) {
    const std::string file = name + ".snr" + snr;
    const auto expected = test::golden<T>(file + ".mean_forwarding_T" + std::to_string(steps));
    const auto estimate = denoised<T>(denoiser, schedule, test::golden<T>(file + ".y"),
                                      std::stod(snr), with_steps(Method::mean_forwarding, 0));
    EXPECT_LT(test::relative_error(estimate, expected), 1e-7) << file;
  }
}

TEST(MeanForwarding, GoldenSmall) {
  expect_golden<double>("mixture_small", 100, {"-20", "-10", "+0", "+10", "+20", "+30"});
}
TEST(MeanForwarding, GoldenComplex) {
  expect_golden<Complex>("mixture_complex", 100, {"-20", "-10", "+0", "+10", "+20", "+30"});
}
TEST(MeanForwarding, GoldenPaper) {
  expect_golden<double>("mixture_paper", 100, {"-20", "-10", "+0", "+10", "+20", "+30"});
}
TEST(MeanForwarding, GoldenTwoPoint) {
  expect_golden<double>("two_point", 300, {"-5", "+0", "+5"});
}

TEST(MeanForwarding, OneStepIsTheDenoiserForAnyPrior) {
  const MixtureDenoiser<Complex> denoiser(test::golden_mixture<Complex>("mixture_complex"), 1);
  const auto y = test::golden<Complex>("mixture_complex.snr+0.y");
  const Schedule schedule;
  EXPECT_LT(test::relative_error(
                denoised<Complex>(denoiser, schedule, y, 0, with_steps(Method::one_step, 0)),
                test::golden<Complex>("mixture_complex.snr+0.cme")),
            1e-9);
  EXPECT_EQ(denoised<Complex>(denoiser, schedule, y, 0, with_steps(Method::mean_forwarding, 1)),
            denoised<Complex>(denoiser, schedule, y, 0, with_steps(Method::one_step, 0)));
}

// For +1/-1 one step is tanh(SNR y), the conditional mean; forwarding sharpens towards sign(y) as
// steps grow. At 0 dB its NMSE tends to 0.63 against 0.45 (design.md).
TEST(MeanForwarding, TwoPointTendsToTheSign) {
  GaussianMixture<double> prior;
  prior.weights = Eigen::Vector2d(0.5, 0.5);
  prior.means = Eigen::RowVector2d(1, -1);
  prior.covariances.assign(2, Matrix<double>::Zero(1, 1));
  const MixtureDenoiser<double> denoiser(prior, 1);
  const Schedule schedule;
  Matrix<double> y(1, 7);
  y << -2, -0.6, -0.3, 0.2, 0.4, 0.8, 1.5;
  double previous = 10;
  for (const int steps : {1, 4, 16, 64, 256, 1024}) {
    const auto x =
        denoised<double>(denoiser, schedule, y, 0, with_steps(Method::mean_forwarding, steps));
    const double gap = (x - y.cwiseSign()).cwiseAbs().maxCoeff();
    EXPECT_LE(gap, previous) << steps;
    previous = gap;
    if (steps == 1) {
      EXPECT_LT((x.array() - y.array().tanh()).abs().maxCoeff(), 1e-14);
    }
  }
  EXPECT_LT(previous, 1e-12);
}

TEST(MeanForwarding, TwoPointErrorAtZeroDecibel) {
  GaussianMixture<double> prior;
  prior.weights = Eigen::Vector2d(0.5, 0.5);
  prior.means = Eigen::RowVector2d(1, -1);
  prior.covariances.assign(2, Matrix<double>::Zero(1, 1));
  const MixtureDenoiser<double> denoiser(prior, 1);
  const Schedule schedule;
  const Index samples = 20000;
  const Matrix<double> x = draw(prior, samples, 2);
  Matrix<double> noise(1, samples);
  RandomStream(3, Purpose::observation_noise).normal<double>(0, 0, noise);
  const auto nmse = [&](const EstimateOptions& options) {
    return (denoised<double>(denoiser, schedule, x + noise, 0, options) - x).squaredNorm() /
           x.squaredNorm();
  };
  // Standard errors: about sqrt(0.5 / 20000) = 0.005 and 0.0085; bounds are three of them.
  EXPECT_NEAR(nmse(with_steps(Method::one_step, 0)), 0.45, 0.015);
  EXPECT_NEAR(nmse(with_steps(Method::mean_forwarding, 400)), 0.63, 0.03);
}

}  // namespace
}  // namespace pellucid
