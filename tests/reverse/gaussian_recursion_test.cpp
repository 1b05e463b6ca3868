// SPDX-License-Identifier: BSD-3-Clause

// A Gaussian prior is solved in closed form: forwarding equals the denoiser at its first level, and
// moments of denoising and generating follow a recursion per eigenvalue (design.md, section 3).

#include "support/gaussian_recursion.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "pellucid/denoiser/mixture_denoiser.hpp"
#include "pellucid/reverse/estimate.hpp"
#include "support/golden.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

template <class T>
Gaussian<T> random_gaussian(Index dim, std::uint64_t seed) {
  Matrix<T> root(dim, dim), mean(dim, 1);
  RandomStream(seed, Purpose::probe).normal<T>(0, 0, root);
  RandomStream(seed, Purpose::probe).normal<T>(1000, 0, mean);
  return {mean, root * root.adjoint() / static_cast<double>(dim)};
}

template <class T>
Matrix<T> random_batch(Index dim, Index count, std::uint64_t seed) {
  Matrix<T> x(dim, count);
  RandomStream(seed, Purpose::probe).normal<T>(0, 1, x);
  return x;
}

template <class T>
Matrix<T> forward(const Denoiser<T>& denoiser, const Matrix<T>& start, const Grid& grid) {
  ReverseProcess<T> process(denoiser, {});
  Matrix<T> x = start;
  std::vector<std::uint64_t> numbers(static_cast<std::size_t>(x.cols()));
  process.run(x, {&grid, 1}, numbers, RandomStream(1, Purpose::reverse_noise));
  return x;
}

// The products telescope: any number of steps on any grid gives the denoiser at the first level.
template <class T>
void expect_first_level(const Denoiser<T>& denoiser, const Grid& grid, const std::string& what) {
  const Matrix<T> start = random_batch<T>(denoiser.dim(), 3, 5);
  const Matrix<T> once = forward(denoiser, start, {grid.front()});
  EXPECT_LT(test::relative_error(forward(denoiser, start, grid), once), 1e-10)
      << what << ", " << grid.size() << " steps";
}

template <class T>
void expect_first_level_everywhere() {
  const MixtureDenoiser<T> denoiser(random_gaussian<T>(8, 2));
  constexpr double first_beta = 1 - 1e4 / (1 + 1e4);
  for (const char* kind : {"linear", "quad", "sqrt", "const", "recip", "log", "exp", "cosine"}) {
    for (const int steps : {1, 2, 5, 100, 1000}) {
      const double last = Schedule::paper(steps).beta_T;
      const Schedule schedule({parse_schedule_kind(kind), steps, first_beta, last});
      for (const double snr_db : {-15.0, 0.0, 20.0}) {
        expect_first_level(denoiser, observation_grid(schedule, snr_db, {Steps::all}), kind);
        for (const int k : {1, 2, 5, 100, 1000}) {
          expect_first_level(denoiser, observation_grid(schedule, snr_db, {k}), kind);
        }
      }
    }
  }
}

TEST(GaussianForwarding, EqualsTheFirstLevelForEveryScheduleReal) {
  expect_first_level_everywhere<double>();
}
TEST(GaussianForwarding, EqualsTheFirstLevelForEveryScheduleComplex) {
  expect_first_level_everywhere<Complex>();
}

TEST(GaussianForwarding, EqualsTheFirstLevelOnRandomGrids) {
  const MixtureDenoiser<Complex> denoiser(random_gaussian<Complex>(8, 3));
  std::mt19937 engine(7);
  std::uniform_real_distribution<double> db(-30, 50);
  for (const int count : {1, 2, 3, 10, 100, 1000}) {
    std::vector<double> snrs(static_cast<std::size_t>(count));
    for (double& s : snrs) s = db(engine);
    std::sort(snrs.begin(), snrs.end());
    Grid grid;
    for (const double s : snrs) grid.push_back(NoiseLevel::from_snr_db(s));
    expect_first_level(denoiser, grid, "random");
  }
}

// Two jumps against one, at the level of a single step (not only at the end of a chain).
TEST(GaussianForwarding, TwoJumpsEqualOne) {
  const MixtureDenoiser<double> denoiser(random_gaussian<double>(6, 4));
  const NoiseLevel t = NoiseLevel::from_snr_db(-4), m = NoiseLevel::from_snr_db(3),
                   u = NoiseLevel::from_snr_db(11);
  const Matrix<double> start = random_batch<double>(6, 4, 1);
  const auto work = denoiser.workspace();
  const auto jump = [&](const Matrix<double>& x, const NoiseLevel& from, const NoiseLevel& to) {
    Matrix<double> x0(6, 4);
    denoiser.denoise(x, {&from, 1}, x0, *work);
    const auto c = step_coefficients(from, to, Rule::posterior, 0);
    return Matrix<double>(c.estimate * x0 + c.current * x);
  };
  EXPECT_LT(test::relative_error(jump(jump(start, t, m), m, u), jump(start, t, u)), 1e-12);
}

// Monte Carlo against the recursion: unit-variance eigenvalues of a diagonal prior, so that each
// entry follows its own recursion. Variance estimates from n draws have relative standard error
// sqrt(2 / n) (real) or sqrt(1 / n) (complex), means one of sqrt(V / n); bounds are 3 of them.
constexpr Index draws = 20000;
const Eigen::Vector4d eigenvalues(2.2, 1.2, 0.5, 0.1);

template <class T>
Gaussian<T> diagonal_prior() {
  return {Vector<T>::Zero(4), eigenvalues.template cast<T>().asDiagonal().toDenseMatrix()};
}

template <class T>
double variance_error() {
  return std::sqrt((is_complex<T> ? 1.0 : 2.0) / static_cast<double>(draws));
}

template <class T>
void expect_denoising_moments(double resampling, double snr_db) {
  const MixtureDenoiser<T> denoiser(diagonal_prior<T>());
  const Schedule schedule(Schedule::paper(100));
  const double snr = from_db(snr_db), v = 1 / snr;
  // The same observation for every draw: its estimate is G y plus noise of variance V.
  const Vector<T> y = Vector<T>::Constant(4, T(1.5));
  const Matrix<T> noisy = y.replicate(1, draws);
  Matrix<T> estimates(4, draws);
  EstimateOptions options;
  options.method = Method::sample;
  options.resampling = resampling;
  options.seed = 3;
  estimate<T>(denoiser, schedule, {}, noisy, {&v, 1}, options, estimates);
  const Grid grid = observation_grid(schedule, snr_db, {Steps::all});
  for (Index i = 0; i < 4; ++i) {
    const auto m = test::denoising_moments(grid, eigenvalues(i), resampling, snr);
    const T mean = estimates.row(i).mean();
    EXPECT_LE(std::abs(mean - m.gain * y(i)),
              3 * std::sqrt(m.variance / static_cast<double>(draws)) + 1e-12)
        << "r " << resampling << ", " << snr_db << " dB, entry " << i;
    const double variance = (estimates.row(i).array() - mean).abs2().mean();
    EXPECT_LE(std::abs(variance - m.variance), 3 * m.variance * variance_error<T>() + 1e-12)
        << "r " << resampling << ", " << snr_db << " dB, entry " << i;
  }
}

TEST(GaussianMoments, DenoisingFollowsTheRecursion) {
  for (const double r : {0.0, 0.5, 1.0}) {
    for (const double snr_db : {0.0, 10.0}) {
      expect_denoising_moments<double>(r, snr_db);
      expect_denoising_moments<Complex>(r, snr_db);
    }
  }
}

template <class T>
void expect_generated_variance(double resampling) {
  const MixtureDenoiser<T> denoiser(diagonal_prior<T>());
  const Schedule schedule(Schedule::paper(100));
  Matrix<T> samples(4, draws);
  GenerateOptions options;
  options.resampling = resampling;
  options.seed = 17;
  generate<T>(denoiser, schedule, options, samples);
  const Grid grid = generation_grid(schedule, {Steps::all});
  for (Index i = 0; i < 4; ++i) {
    const double expected = test::generating_moments(grid, eigenvalues(i), resampling).variance;
    EXPECT_LE(std::abs(samples.row(i).cwiseAbs2().mean() - expected),
              3 * expected * variance_error<T>())
        << "r " << resampling << ", entry " << i;
    EXPECT_LE(std::abs(samples.row(i).mean()),
              3 * std::sqrt(expected / static_cast<double>(draws)));
  }
}

TEST(GaussianMoments, GeneratingFollowsTheRecursion) {
  for (const double r : {0.0, 0.5, 1.0}) {
    expect_generated_variance<double>(r);
    expect_generated_variance<Complex>(r);
  }
}

// Error of posterior sampling over the MMSE for a unit eigenvalue.
double sampling_ratio(int steps, double snr_db) {
  const double snr = from_db(snr_db), s2 = 1 / snr;
  const Grid grid = observation_grid(Schedule(Schedule::paper(steps)), snr_db, {Steps::all});
  const auto m = test::denoising_moments(grid, 1.0, 1.0, snr);
  const double error = (1 - m.gain) * (1 - m.gain) + m.gain * m.gain * s2 + m.variance;
  return error / (s2 / (1 + s2));
}

// Exact posterior draws have twice the MMSE; chains of T steps get there slowly, more slowly at
// high SNR. design.md quotes 1.90, 1.48, 1.09 at 0, 20, 30 dB for T = 100 and 1.99, 1.90, 1.66 for
// T = 1000 without naming the spectrum; a unit eigenvalue lies within 0.07 of them.
TEST(GaussianMoments, PosteriorSamplingTendsToTwiceTheMmse) {
  const double snrs[] = {0, 20, 30};
  const double hundred[] = {1.90, 1.48, 1.09}, thousand[] = {1.99, 1.90, 1.66};
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(sampling_ratio(100, snrs[i]), hundred[i], 0.07);
    EXPECT_NEAR(sampling_ratio(1000, snrs[i]), thousand[i], 0.07);
    EXPECT_LT(sampling_ratio(100, snrs[i]), sampling_ratio(1000, snrs[i]));
    EXPECT_LT(sampling_ratio(1000, snrs[i]), 2.0);
  }
}

// Mean forwarding from pure noise applies the covariance once: the output has about abar_T C^2.
TEST(GaussianMoments, ForwardingFromPureNoiseAppliesTheCovarianceOnce) {
  const Schedule schedule(Schedule::paper(300));
  const Grid grid = generation_grid(schedule, {Steps::all});
  for (const double l : {2.0, 1.0, 0.3}) {
    const double expected = schedule.alpha_bar(300) * l * l;
    EXPECT_NEAR(test::generating_moments(grid, l, 0.0).variance / expected, 1.0, 0.01) << l;
  }
}

}  // namespace
}  // namespace pellucid
