// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/noise/matrix_noise.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

template <class T>
Matrix<T> white(Index rows, Index cols, std::uint64_t seed) {
  Matrix<T> noise(rows, cols);
  RandomStream(seed, Purpose::observation_noise).normal<T>(0, 0, noise);
  return noise;
}

// Rank `rank` of average power 1, plus noise of deviation `noise_std`.
template <class T>
Matrix<T> observed(Index rows, Index cols, Index rank, double noise_std, std::uint64_t seed) {
  Matrix<T> y = T(static_cast<RealOf<T>>(noise_std)) * white<T>(rows, cols, seed);
  if (rank > 0) {
    const Matrix<T> u = white<T>(rows, rank, seed + 1000), v = white<T>(cols, rank, seed + 2000);
    y += u * v.adjoint() / T(static_cast<RealOf<T>>(std::sqrt(static_cast<double>(rank))));
  }
  return y;
}

double ratio(const MatrixNoise& noise, double truth) { return noise.noise_std / truth; }

TEST(MatrixNoise, BelowTwoPercentFor1000By500OfRank10) {
  for (const double snr_db : {-10.0, 5.0, 20.0}) {
    const double truth = std::pow(10.0, -snr_db / 20);
    const auto singular = singular_values<double>(observed<double>(1000, 500, 10, truth, 3));
    // Chance alone moves the edge estimate by 0.1 %, the median by 0.23 %.
    EXPECT_NEAR(ratio(edge_noise(singular), truth), 1, 0.005) << snr_db;
    EXPECT_NEAR(ratio(median_noise(singular), truth), 1, 0.01) << snr_db;
    const MatrixNoise chosen = matrix_noise(singular);
    EXPECT_EQ(chosen.certainty, NoiseCertainty::sure) << snr_db;
    EXPECT_EQ(chosen.rank, 10) << snr_db;
  }
}

template <class T>
class MatrixNoiseOf : public testing::Test {};
using Numbers = testing::Types<float, double, std::complex<float>, Complex>;
TYPED_TEST_SUITE(MatrixNoiseOf, Numbers);

TYPED_TEST(MatrixNoiseOf, IntervalsCoverTheTruth) {
  using T = TypeParam;
  struct Size {
    Index rows, cols, rank;
  };
  for (const Size size : {Size{60, 30, 0}, Size{30, 60, 2}, Size{40, 40, 2}}) {
    constexpr int repeats = 60;
    int edge = 0, median = 0;
    for (int i = 0; i < repeats; ++i) {
      const auto singular = singular_values<T>(
          observed<T>(size.rows, size.cols, size.rank, 0.3, 10 + static_cast<std::uint64_t>(i)));
      const auto covers = [](const MatrixNoise& noise) {
        return noise.interval[0] <= 0.3 && 0.3 <= noise.interval[1];
      };
      edge += covers(edge_noise(singular)) ? 1 : 0;
      median += covers(median_noise(singular)) ? 1 : 0;
    }
    // 57 expected of 60; 51 is 3.6 binomial deviations below.
    EXPECT_GE(edge, 51) << size.rows << " x " << size.cols;
    EXPECT_GE(median, 51) << size.rows << " x " << size.cols;
  }
}

TYPED_TEST(MatrixNoiseOf, ScalesWithTheDataAndItsTransposeHasTheSame) {
  using T = TypeParam;
  const Matrix<T> y = observed<T>(50, 20, 2, 0.5, 4);
  const auto one = matrix_noise(singular_values<T>(y));
  const auto seven = matrix_noise(singular_values<T>(Matrix<T>(T(7) * y)));
  const auto other = matrix_noise(singular_values<T>(Matrix<T>(y.adjoint())));
  EXPECT_NEAR(seven.noise_std, 7 * one.noise_std, 1e-6 * seven.noise_std);
  EXPECT_NEAR(seven.interval[0], 7 * one.interval[0], 1e-6 * seven.noise_std);
  EXPECT_NEAR(other.noise_std, one.noise_std, 1e-9);
}

TEST(MatrixNoise, CentringTakesOneColumnOff) {
  Matrix<double> y = observed<double>(30, 6, 0, 1.0, 8);
  y.colwise() += Eigen::VectorXd::LinSpaced(30, -50, 50);
  const auto singular = singular_values<double>(y, true);
  EXPECT_EQ(singular.values.size(), 5);
  const Eigen::VectorXd mean = y.rowwise().mean();
  EXPECT_NEAR(singular.values.squaredNorm(), (y.colwise() - mean).squaredNorm(), 1e-8);
  // Variances over 60 such matrices: chance leaves sqrt(2 / 150 / 60) = 1.5 %, counting all 6
  // columns would take 17 % off.
  double mean_variance = 0;
  for (std::uint64_t seed = 100; seed < 160; ++seed) {
    const auto one = singular_values<double>(observed<double>(30, 6, 0, 1.0, seed), true);
    mean_variance += std::pow(edge_noise(one).noise_std, 2) / 60;
  }
  EXPECT_NEAR(mean_variance, 1.0, 0.06);
}

// Constant variables, and the zero background of a scan, carry no noise.
TEST(MatrixNoise, PartsThatNeverVaryDoNotCount) {
  Eigen::MatrixXd y = white<double>(60, 200, 11);
  for (const Index constant : {5, 15, 30}) {
    y.topRows(constant).setConstant(3.0);
    const auto varying = singular_values<double>(y, true);
    EXPECT_EQ(varying.rows, 60 - constant);
    // Chance: 0.7071 / sqrt(30 x 199) = 0.9 % at most; counting all rows takes off 4 to 29 %.
    EXPECT_NEAR(edge_noise(varying).noise_std, 1.0, 0.025);
  }
  y.topRows(30).setZero();
  y.rightCols(50).setZero();
  const auto singular = singular_values<double>(y);
  EXPECT_EQ(singular.rows, 30);
  EXPECT_EQ(singular.cols, 150);
  EXPECT_NEAR(edge_noise(singular).noise_std, 1.0, 0.05);
}

// Squares of the values, which the Gram matrix has, would lose such noise altogether.
TEST(MatrixNoise, NoiseFarBelowTheSignal) {
  for (const double truth : {1e-4, 1e-8, 1e-11}) {
    const auto singular = singular_values<double>(observed<double>(200, 100, 3, truth, 12));
    EXPECT_NEAR(edge_noise(singular).noise_std / truth, 1.0, 0.03);
    EXPECT_NEAR(median_noise(singular).noise_std / truth, 1.0, 0.05);
  }
}

// Asked for alone, each has the other as its check: rows of unlike noise follow no
// Marchenko-Pastur law.
TEST(MatrixNoise, OneEstimatorIsCheckedByTheOther) {
  const auto even = singular_values<double>(observed<double>(200, 100, 2, 1.0, 6));
  Matrix<double> y = white<double>(200, 100, 7);
  y.topRows(100) *= 4;
  const auto uneven = singular_values<double>(y);
  for (const NoiseEstimator estimator : {NoiseEstimator::median, NoiseEstimator::edge}) {
    const MatrixNoise found = matrix_noise(even, estimator);
    EXPECT_EQ(found.estimator, estimator);
    EXPECT_EQ(found.certainty, NoiseCertainty::sure) << found.note;
    EXPECT_EQ(matrix_noise(uneven, estimator).certainty, NoiseCertainty::doubtful);
  }
}

TEST(MatrixNoise, EdgeCases) {
  const auto zero = matrix_noise(singular_values<double>(Matrix<double>::Zero(9, 7)));
  EXPECT_EQ(zero.noise_std, 0);
  EXPECT_EQ(zero.interval[1], 0);
  const auto constant = matrix_noise(singular_values<double>(Matrix<double>::Constant(9, 7, 3.0)));
  EXPECT_LT(constant.noise_std, 1e-6);
  const auto one = matrix_noise(singular_values<double>(observed<double>(1, 100, 0, 2.0, 5)));
  EXPECT_NEAR(one.noise_std, 2.0, 0.6);
  EXPECT_EQ(one.certainty, NoiseCertainty::doubtful);
  EXPECT_THROW((void)singular_values<double>(Matrix<double>(3, 0)), Error);
  EXPECT_THROW((void)singular_values<double>(Matrix<double>::Zero(3, 1), true), Error);
  EXPECT_THROW((void)edge_noise({Eigen::VectorXd::Ones(3), 4, 5}), Error);
  EXPECT_THROW((void)edge_noise({Eigen::Vector2d(1, 2), 2, 5}), Error);
  EXPECT_THROW((void)matrix_noise({Eigen::VectorXd::Ones(3), 3, 5}, NoiseEstimator::wavelet),
               Error);
}

TEST(MatrixNoise, FullRankSignalIsDoubtful) {
  // Singular values 1, 1/2, 1/4, ...: nothing like a bulk.
  Eigen::VectorXd values(40);
  for (Index i = 0; i < 40; ++i) values[i] = std::pow(0.5, static_cast<double>(i));
  const MatrixNoise noise = matrix_noise({values, 40, 60});
  EXPECT_EQ(noise.certainty, NoiseCertainty::doubtful);
  EXPECT_FALSE(noise.note.empty());
  EXPECT_EQ(noise.interval[0], 0);
}

}  // namespace
}  // namespace pellucid
