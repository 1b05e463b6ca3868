// SPDX-License-Identifier: BSD-3-Clause

// Posterior draws are calibrated: the truth's rank among them is uniform, and intervals between
// them cover what they say.

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "pellucid/denoiser/mixture_denoiser.hpp"
#include "pellucid/reverse/estimate.hpp"
#include "support/golden.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

constexpr Index observations = 1000;
constexpr int draws = 19;

// How many of the 19 draws of x's first entry lie below it, counted over observations of a mixture
// at 0 dB. T = 300: at this SNR a chain's variance is 3 % below the posterior's (the recursion of
// gaussian_recursion_test), too little for 1000 ranks to see.
template <class T>
std::vector<int> rank_histogram(const std::string& name) {
  const auto prior = test::golden_mixture<T>(name);
  const MixtureDenoiser<T> denoiser(prior, 1);
  const double v = 1.0;
  const Matrix<T> x = draw(prior, observations, 31);
  Matrix<T> noise(x.rows(), observations), sample(x.rows(), observations);
  RandomStream(32, Purpose::observation_noise).normal<T>(0, 0, noise);
  std::vector<int> rank(observations, 0);
  EstimateOptions options;
  options.method = Method::sample;
  for (int m = 0; m < draws; ++m) {
    options.seed = 100 + static_cast<std::uint64_t>(m);
    estimate<T>(denoiser, Schedule(), {}, x + noise, {&v, 1}, options, sample);
    for (Index j = 0; j < observations; ++j) {
      rank[static_cast<std::size_t>(j)] += std::real(sample(0, j)) < std::real(x(0, j));
    }
  }
  std::vector<int> histogram(draws + 1, 0);
  for (const int r : rank) ++histogram[static_cast<std::size_t>(r)];
  return histogram;
}

// Chi-square of 20 equal bins: mean 19, deviation sqrt(38); the bound is four deviations. The truth
// lies outside all draws, on either side, with probability 2 / 20: intervals of 90 %.
void expect_calibrated(const std::vector<int>& histogram) {
  const double expected = static_cast<double>(observations) / (draws + 1);
  const double chi_square = std::accumulate(
      histogram.begin(), histogram.end(), 0.0,
      [expected](double sum, int n) { return sum + (n - expected) * (n - expected) / expected; });
  EXPECT_LT(chi_square, 19 + 4 * std::sqrt(38.0));
  const double covered =
      1 - static_cast<double>(histogram.front() + histogram.back()) / observations;
  EXPECT_NEAR(covered, 0.9, 4 * std::sqrt(0.9 * 0.1 / observations));
}

TEST(PosteriorDraws, RanksAreUniformAndIntervalsCoverReal) {
  expect_calibrated(rank_histogram<double>("mixture_small"));
}
TEST(PosteriorDraws, RanksAreUniformAndIntervalsCoverComplex) {
  expect_calibrated(rank_histogram<Complex>("mixture_complex"));
}

}  // namespace
}  // namespace pellucid
