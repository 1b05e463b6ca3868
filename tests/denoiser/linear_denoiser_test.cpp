// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/denoiser/linear_denoiser.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"

namespace pellucid {
namespace {

template <class T>
Matrix<T> random_matrix(Index rows, Index columns, std::uint64_t seed) {
  Matrix<T> out(rows, columns);
  RandomStream(seed, Purpose::probe).normal<T>(0, 0, out);
  return out;
}

template <class T>
class SampleSpectrumTest : public testing::Test {};
using Types = testing::Types<double, std::complex<double>>;
TYPED_TEST_SUITE(SampleSpectrumTest, Types);

// Tall and wide vectors, through covariance and Gram matrix: all eigenpairs give the covariance
// back, about zero and about the mean.
TYPED_TEST(SampleSpectrumTest, EigenpairsGiveTheSampleCovarianceBack) {
  using T = TypeParam;
  for (const auto& [d, n] : {std::pair<Index, Index>{6, 40}, {40, 6}, {7, 7}}) {
    for (const bool centre : {false, true}) {
      Matrix<T> y = random_matrix<T>(d, n, 3);
      y.colwise() += Vector<T>::Constant(d, T(2.0));
      const SampleSpectrum<T> spectrum = sample_spectrum<T>(y, d, centre);
      const Matrix<T> about = centre ? Matrix<T>(y.colwise() - y.rowwise().mean().eval()) : y;
      const Matrix<T> covariance = about * about.adjoint() / double(centre ? n - 1 : n);
      const Matrix<T>& u = spectrum.eigenvectors;
      EXPECT_EQ(spectrum.rank(), std::min(d, centre ? n - 1 : n));
      EXPECT_EQ(spectrum.freedom, centre ? n - 1 : n);
      const double off =
          (u * spectrum.eigenvalues.template cast<T>().asDiagonal() * u.adjoint() - covariance)
              .norm();
      EXPECT_LT(off, 1e-12 * covariance.norm()) << d << " x " << n;
      EXPECT_LT((u.adjoint() * u - Matrix<T>::Identity(u.cols(), u.cols())).norm(), 1e-12);
    }
  }
}

TYPED_TEST(SampleSpectrumTest, DirectionsWithoutVarianceAreLeftOut) {
  using T = TypeParam;
  const Matrix<T> y = random_matrix<T>(9, 2, 1) * random_matrix<T>(2, 30, 2);
  EXPECT_EQ(sample_spectrum<T>(y, 9).rank(), 2);
  EXPECT_EQ(sample_spectrum<T>(y, 0).rank(), 0);
  EXPECT_EQ(sample_spectrum<T>(y.leftCols(1), 5).rank(), 1);
  EXPECT_EQ(sample_spectrum<T>(y.col(0).replicate(1, 4), 5, true).rank(), 0);
  EXPECT_EQ(sample_spectrum<T>(Matrix<T>::Zero(5, 3), 2).rank(), 0);
}

// Whole numbers leave exact zeros in directions without variance, which centring always makes.
TYPED_TEST(SampleSpectrumTest, NullDirectionsOfWholeNumbersHaveNoVectors) {
  using T = TypeParam;
  Matrix<T> two(4, 2), replicated(5, 4);
  two << T(1), T(3), T(2), T(2), T(3), T(1), T(4), T(0);
  replicated.setZero();
  replicated.leftCols(2).setOnes();
  for (const Matrix<T>& y : {two, replicated}) {
    const SampleSpectrum<T> spectrum = sample_spectrum<T>(y, y.rows(), true);
    ASSERT_EQ(spectrum.rank(), 1);
    EXPECT_NEAR(spectrum.eigenvectors.norm(), 1, 1e-14);
  }
}

TYPED_TEST(SampleSpectrumTest, RoundingOfConstantsIsNoComponent) {
  using T = TypeParam;
  for (const double constant : {0.1, 1e6 + 0.1, 1e-200}) {
    EXPECT_EQ(sample_spectrum<T>(Matrix<T>::Constant(6, 7, T(constant)), 6, true).rank(), 0);
    EXPECT_EQ(sample_spectrum<T>(Matrix<T>::Constant(7, 3, T(constant)), 6, true).rank(), 0);
  }
}

TYPED_TEST(SampleSpectrumTest, EqualEigenvaluesHaveOrthonormalVectors) {
  using T = TypeParam;
  const SampleSpectrum<T> spectrum = sample_spectrum<T>(3 * Matrix<T>::Identity(12, 12), 5);
  EXPECT_LT((spectrum.eigenvalues.array() - 0.75).abs().maxCoeff(), 1e-14);
  const Matrix<T>& u = spectrum.eigenvectors;
  EXPECT_LT((u.adjoint() * u - Matrix<T>::Identity(5, 5)).norm(), 1e-13);
}

TEST(SampleSpectrum, SaysWhatIsWrong) {
  Eigen::MatrixXd y = random_matrix<double>(4, 6, 1);
  EXPECT_THROW((void)sample_spectrum<double>(y, 5), Error);
  EXPECT_THROW((void)sample_spectrum<double>(y, -1), Error);
  EXPECT_THROW((void)sample_spectrum<double>(y.leftCols(1), 1, true), Error);
  EXPECT_THROW((void)sample_spectrum<double>(y.leftCols(0), 1), Error);
  y(2, 3) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW((void)sample_spectrum<double>(y, 1), Error);
}

// gamma = 1/2, unit noise, l = 2: eigenvalue 3 * 1.25, squared cosine (1 - 1/8) / (1 + 1/4) = 0.7.
TEST(LinearWeight, FollowsItsFormula) {
  const double eigenvalue = 3.75, gamma = 0.5;
  EXPECT_EQ(linear_weight(LinearWeights::projection, eigenvalue, 1, gamma), 1.0);
  EXPECT_NEAR(linear_weight(LinearWeights::plug_in, eigenvalue, 1, gamma), 2.75 / 3.75, 1e-15);
  EXPECT_NEAR(linear_weight(LinearWeights::optimal, eigenvalue, 1, gamma), 1.4 / 2.4, 1e-14);
  EXPECT_NEAR(linear_weight(LinearWeights::optimal, 49 * eigenvalue, 49, gamma), 1.4 / 2.4, 1e-14);
  const double inside_the_bulk = 2.9;  // the edge is (1 + sqrt(1/2))^2 = 2.914
  EXPECT_EQ(linear_weight(LinearWeights::optimal, inside_the_bulk, 1, gamma), 0.0);
  EXPECT_EQ(linear_weight(LinearWeights::plug_in, 0.5, 1, gamma), 0.0);
  for (const auto rule :
       {LinearWeights::projection, LinearWeights::plug_in, LinearWeights::optimal}) {
    EXPECT_EQ(linear_weight(rule, eigenvalue, 0, gamma), 1.0);
    EXPECT_EQ(parse_linear_weights(name(rule)), rule);
  }
  EXPECT_THROW((void)parse_linear_weights("best"), Error);
}

constexpr std::array spikes{6.0, 2.5, 1.2};

// Exact risk for new data of the spiked model with canonical basis and unit noise:
// sum l - sum_k (2 w_k - w_k^2) a_k + sum_k w_k^2, a_k = sum_i l_i |u_ik|^2, in units of sum l.
double risk(const SampleSpectrum<double>& spectrum, LinearWeights rule) {
  const LinearFilter<double> filter = linear_filter(spectrum, 1.0, rule);
  const Eigen::Vector3d l(spikes.data());
  double sum = l.sum();
  for (Index k = 0; k < filter.weights.size(); ++k) {
    const double w = filter.weights(k);
    const double seen = l.dot(filter.eigenvectors.col(k).head<3>().cwiseAbs2());
    sum += w * w * (seen + 1) - 2 * w * seen;
  }
  return sum / l.sum();
}

// The limit sum l - sum (2 w - w^2) l c^2 + sum w^2 over sum l: projection, plug-in and optimal
// weights (the numbers).
const Eigen::Array3d limits(0.492, 0.394, 0.374);

struct Risks {
  Eigen::Array3d mean = Eigen::Array3d::Zero();
  Eigen::Array3d distance = Eigen::Array3d::Zero();  // of one seed from the limit, in the mean
};

Risks risks_of(Index d, Index n, std::uint64_t seeds) {
  Risks out;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Eigen::MatrixXd y = random_matrix<double>(d, n, seed);
    for (Index i = 0; i < 3; ++i) {
      y.row(i) *= std::sqrt(1 + spikes[static_cast<std::size_t>(i)]);
    }
    const SampleSpectrum<double> spectrum = sample_spectrum<double>(y, 3);
    const Eigen::Array3d risks(risk(spectrum, LinearWeights::projection),
                               risk(spectrum, LinearWeights::plug_in),
                               risk(spectrum, LinearWeights::optimal));
    // Paired, with the same training vectors: no seed has another order.
    EXPECT_LT(risks(2), risks(1)) << seed;
    EXPECT_LT(risks(1), risks(0)) << seed;
    out.mean += risks / static_cast<double>(seeds);
    out.distance += (risks - limits).abs() / static_cast<double>(seeds);
  }
  return out;
}

// 20 seeds as in the issue. At twice the size the means' distances are lost in the seeds' spread,
// but one seed's distance from the limit is smaller.
TEST(LinearFilter, RiskIsNearItsLimitAndNearerAtTwiceTheSize) {
  const Risks small = risks_of(400, 800, 20), large = risks_of(800, 1600, 10);
  std::cout << "mean risks " << small.mean.transpose() << "; " << large.mean.transpose() << "\n";
  EXPECT_LT((small.mean / limits - 1).abs().maxCoeff(), 0.02);
  EXPECT_TRUE((large.distance < small.distance).all());
}

template <class T>
class LinearDenoiserTest : public testing::Test {};
TYPED_TEST_SUITE(LinearDenoiserTest, Types);

// Behind the common interface: the filter of the level, applied to x_t / sqrt(abar).
TYPED_TEST(LinearDenoiserTest, AppliesTheFilterOfTheLevel) {
  using T = TypeParam;
  const Matrix<T> clean = random_matrix<T>(10, 3, 4) * random_matrix<T>(3, 50, 5);
  const std::vector<NoiseLevel> levels{NoiseLevel::from_snr_db(20), NoiseLevel::from_snr_db(0)};
  std::vector<LinearFilter<T>> filters;
  for (const NoiseLevel& level : levels) {
    filters.push_back(linear_filter(sample_spectrum<T>(clean, 3, true), level.variance(),
                                    LinearWeights::plug_in));
  }
  const LinearDenoiser<T> denoiser(levels, filters);
  const Matrix<T> x_t = random_matrix<T>(10, 2, 6);
  Matrix<T> x0(10, 2);
  const auto work = denoiser.workspace();
  denoiser.denoise(x_t, levels, x0, *work);
  for (Index j = 0; j < 2; ++j) {
    const auto i = static_cast<std::size_t>(j);
    const Matrix<T> expected = filters[i].apply(x_t.col(j) / std::sqrt(levels[i].alpha_bar));
    EXPECT_LT((x0.col(j) - expected).norm(), 1e-13 * expected.norm());
  }
  const NoiseLevel clean_level = NoiseLevel::clean();
  denoiser.denoise(x_t, {&clean_level, 1}, x0, *work);
  EXPECT_EQ(x0, x_t);
}

// With many training vectors the optimal weights come to the Wiener filter of the truth: its gain
// l / (l + s2) per component; 20000 vectors of dimension 8 leave errors of about 1 %.
TYPED_TEST(LinearDenoiserTest, TendsToTheWienerFilter) {
  using T = TypeParam;
  Matrix<T> clean = Matrix<T>::Zero(8, 20000);
  clean.topRows(2) = random_matrix<T>(2, 20000, 7);
  clean.row(0) *= 3.0;
  const std::vector<NoiseLevel> levels{NoiseLevel::from_variance(0.5)};
  const auto denoiser =
      fit_linear_denoiser<T>(clean, levels, {2, LinearWeights::optimal, true, 1, 1});
  Matrix<T> x0(8, 8);
  denoiser.denoise(std::sqrt(levels[0].alpha_bar) * Matrix<T>::Identity(8, 8), levels, x0,
                   *denoiser.workspace());
  Matrix<T> wiener = Matrix<T>::Zero(8, 8);
  wiener(0, 0) = 9 / 9.5;
  wiener(1, 1) = 1 / 1.5;
  EXPECT_LT((x0 - wiener).cwiseAbs().maxCoeff(), 0.03);
}

TEST(LinearDenoiser, SaysWhatDoesNotFit) {
  EXPECT_THROW(LinearDenoiser<float>({}, {}), Error);
  const auto spectrum = sample_spectrum<double>(random_matrix<double>(4, 6, 1), 1);
  const auto filter = linear_filter(spectrum, 1, LinearWeights::optimal);
  EXPECT_THROW(
      LinearDenoiser<float>({NoiseLevel::from_snr_db(0), NoiseLevel::from_snr_db(1)}, {filter}),
      Error);
  EXPECT_THROW((void)linear_filter(spectrum, -1, LinearWeights::optimal), Error);
}

}  // namespace
}  // namespace pellucid
