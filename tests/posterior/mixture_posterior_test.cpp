// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/posterior/mixture_posterior.hpp"

#include <gtest/gtest.h>

#include "pellucid/base/error.hpp"
#include "pellucid/denoiser/mixture_denoiser.hpp"
#include "posterior/dense_posterior.hpp"
#include "support/composite.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

template <class T>
class MixturePosteriorTest : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(MixturePosteriorTest, Numbers);

// Every answer for the columns of `y` against the dense formulas, relative to the largest entry.
template <class T>
void expect_dense(const MixturePosterior<T>& posterior, const GaussianMixture<T>& prior,
                  const Matrix<T>& a, const Matrix<T>& r, const Matrix<T>& y, double noise,
                  double tolerance = 1e-9) {
  const std::span<const double> level(&noise, 1);
  const auto moments = posterior.moments(y, level, 2);
  const Matrix<T> mean = posterior.mean(y, level);
  const auto trace = posterior.trace(y, level);
  const auto density = posterior.log_density(y, level);
  const auto score = posterior.score(y, level);
  const auto weights = posterior.weights(y, level);
  test::Generator generator(99);
  const Matrix<T> v = test::normal_matrix<T>(prior.dim(), y.cols(), generator);
  const Matrix<T> product = posterior.covariance_times(y, v, level);
  for (Index j = 0; j < y.cols(); ++j) {
    const auto truth = test::dense_posterior<T>(prior, a, r, y.col(j));
    const double size = truth.mean.cwiseAbs().maxCoeff();
    const double spread = truth.covariance.cwiseAbs().maxCoeff();
    EXPECT_LT((moments.mean.col(j) - truth.mean).cwiseAbs().maxCoeff(), tolerance * size);
    EXPECT_EQ(mean.col(j), moments.mean.col(j));
    EXPECT_LT((moments.variance.col(j) - truth.covariance.diagonal().real()).cwiseAbs().maxCoeff(),
              tolerance * spread);
    EXPECT_NEAR(trace(j), truth.covariance.diagonal().real().sum(),
                tolerance * spread * static_cast<double>(prior.dim()));
    EXPECT_LT((product.col(j) - truth.covariance * v.col(j)).cwiseAbs().maxCoeff(),
              10 * tolerance * spread);
    EXPECT_NEAR(density(j), truth.log_density, tolerance * std::abs(truth.log_density));
    EXPECT_LT((score.col(j) - truth.score).cwiseAbs().maxCoeff(),
              tolerance * truth.score.cwiseAbs().maxCoeff());
    EXPECT_LT((weights.col(j) - truth.weights).cwiseAbs().maxCoeff(), tolerance);
  }
}

// Several noise levels one after the other, on one posterior.
template <class T>
void expect_dense_at_all_levels(const Matrix<T>& a, std::uint64_t seed, Index components = 4) {
  test::Generator generator(seed);
  const auto prior = test::random_mixture<T>(a.cols(), components, generator);
  const MixturePosterior<T> posterior(prior, {.matrix = a, .noise_covariance = {}});
  for (const double noise : {1.0, 1e-3, 30.0}) {
    SCOPED_TRACE(noise);
    const Matrix<T> y = test::observations(prior, a, noise, 7, generator);
    expect_dense<T>(posterior, prior, a, test::white<T>(a.rows(), noise), y, noise);
  }
}

TYPED_TEST(MixturePosteriorTest, WideMatrix) {
  test::Generator generator(1);
  expect_dense_at_all_levels<TypeParam>(test::normal_matrix<TypeParam>(5, 9, generator), 2);
}

TYPED_TEST(MixturePosteriorTest, SquareMatrix) {
  test::Generator generator(3);
  expect_dense_at_all_levels<TypeParam>(test::normal_matrix<TypeParam>(8, 8, generator), 4);
}

TYPED_TEST(MixturePosteriorTest, TallMatrix) {
  test::Generator generator(5);
  expect_dense_at_all_levels<TypeParam>(test::normal_matrix<TypeParam>(17, 6, generator), 6);
}

TYPED_TEST(MixturePosteriorTest, OneComponent) {
  test::Generator generator(7);
  expect_dense_at_all_levels<TypeParam>(test::normal_matrix<TypeParam>(5, 8, generator), 8, 1);
}

TYPED_TEST(MixturePosteriorTest, Mask) {
  Matrix<TypeParam> a = Matrix<TypeParam>::Zero(4, 10);
  for (const Index i : {0, 1, 2, 3}) a(i, 2 * i + 1) = TypeParam(1);
  expect_dense_at_all_levels<TypeParam>(a, 9);
}

TYPED_TEST(MixturePosteriorTest, ZeroAndRepeatedRows) {
  test::Generator generator(10);
  Matrix<TypeParam> a = test::normal_matrix<TypeParam>(9, 7, generator);
  a.row(2).setZero();
  a.row(5) = TypeParam(2) * a.row(1);
  a.row(8) = a.row(0) - a.row(3);
  expect_dense_at_all_levels<TypeParam>(a, 11);
}

TYPED_TEST(MixturePosteriorTest, BlurWithSmallSingularValues) {
  const Index n = 12;
  Matrix<TypeParam> a(n, n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      const auto d = static_cast<double>(i - j);
      a(i, j) = TypeParam(std::exp(-d * d / 4.0));
    }
  }
  expect_dense_at_all_levels<TypeParam>(a, 12);
}

TYPED_TEST(MixturePosteriorTest, IdentityIsTheDenoiser) {
  using T = TypeParam;
  test::Generator generator(13);
  const Index n = 6;
  const auto prior = test::random_mixture<T>(n, 5, generator);
  const MixturePosterior<T> posterior(prior);
  const MixtureDenoiser<T> denoiser(prior);
  const Matrix<T> identity = Matrix<T>::Identity(n, n);
  for (const double noise : {2.0, 0.01}) {
    const Matrix<T> y = test::observations(prior, identity, noise, 9, generator);
    expect_dense<T>(posterior, prior, identity, test::white<T>(n, noise), y, noise);
    const NoiseLevel level = NoiseLevel::from_variance(noise);
    Matrix<T> x0(n, 9);
    const auto work = denoiser.workspace();
    denoiser.denoise(Matrix<T>(y * T(std::sqrt(level.alpha_bar))), {&level, 1}, x0, *work);
    EXPECT_LT((posterior.mean(y, {&noise, 1}) - x0).cwiseAbs().maxCoeff(), 1e-12);
  }
}

TYPED_TEST(MixturePosteriorTest, LowRankIsTheGaussianOfItsCovariance) {
  using T = TypeParam;
  test::Generator generator(14);
  const Index n = 9;
  LowRank<T> prior;
  prior.mean = test::normal_matrix<T>(n, 1, generator);
  prior.eigenvectors = test::random_unitary<T>(n, generator).leftCols(3);
  prior.eigenvalues = Eigen::Vector3d(4.0, 1.0, 0.1);
  const GaussianMixture<T> dense{
      Eigen::VectorXd::Ones(1),
      prior.mean,
      {prior.eigenvectors * prior.eigenvalues.template cast<T>().asDiagonal() *
       prior.eigenvectors.adjoint()}};
  const double noise = 0.3;
  for (const Index m : {2, 3, 5, 9, 14}) {
    const Matrix<T> a = test::normal_matrix<T>(m, n, generator);
    const Matrix<T> y = test::normal_matrix<T>(m, 5, generator);
    expect_dense<T>(MixturePosterior<T>(prior, {.matrix = a, .noise_covariance = {}}), dense, a,
                    test::white<T>(m, noise), y, noise);
  }
  const Matrix<T> y = test::normal_matrix<T>(n, 5, generator);
  expect_dense<T>(MixturePosterior<T>(prior), dense, Matrix<T>::Identity(n, n),
                  test::white<T>(n, noise), y, noise);
}

TYPED_TEST(MixturePosteriorTest, ALevelForEachSampleIsEachAlone) {
  using T = TypeParam;
  test::Generator generator(15);
  const auto prior = test::random_mixture<T>(7, 4, generator);
  const Matrix<T> a = test::normal_matrix<T>(4, 7, generator);
  const MixturePosterior<T> posterior(prior, {.matrix = a, .noise_covariance = {}});
  const Index count = 300;  // more than one tile
  const Matrix<T> y = test::observations(prior, a, 0.5, count, generator);
  Eigen::VectorXd noise = Eigen::VectorXd::LinSpaced(count, 1e-3, 3.0);
  noise(7) = noise(8);
  const std::span<const double> levels(noise.data(), static_cast<std::size_t>(count));
  const auto moments = posterior.moments(y, levels, 2);
  const auto density = posterior.log_density(y, levels);
  const auto score = posterior.score(y, levels);
  for (Index j = 0; j < count; j += 13) {
    const Matrix<T> one = y.col(j);
    const auto alone = posterior.moments(one, {&noise(j), 1});
    EXPECT_LT((alone.mean - moments.mean.col(j)).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_LT((alone.variance - moments.variance.col(j)).cwiseAbs().maxCoeff(), 1e-13);
    EXPECT_NEAR(posterior.log_density(one, {&noise(j), 1})(0), density(j), 1e-12);
    EXPECT_LT((posterior.score(one, {&noise(j), 1}) - score.col(j)).cwiseAbs().maxCoeff(), 1e-10);
  }
}

TYPED_TEST(MixturePosteriorTest, ResultsDoNotDependOnThreads) {
  using T = TypeParam;
  test::Generator generator(16);
  const auto prior = test::random_mixture<T>(7, 4, generator);
  const Matrix<T> a = test::normal_matrix<T>(4, 7, generator);
  const MixturePosterior<T> one(prior, {.matrix = a, .noise_covariance = {}}, 1);
  const MixturePosterior<T> many(prior, {.matrix = a, .noise_covariance = {}}, 3);
  const Matrix<T> y = test::observations(prior, a, 0.5, 500, generator);
  const double noise = 0.5;
  const auto first = one.moments(y, {&noise, 1}, 1), second = many.moments(y, {&noise, 1}, 3);
  EXPECT_EQ(first.mean, second.mean);
  EXPECT_EQ(first.variance, second.variance);
  EXPECT_EQ(one.draw(y, {&noise, 1}, 3, 5, 0, 1), many.draw(y, {&noise, 1}, 3, 5, 0, 3));
}

// The real model of twice the dimension with half the noise variance; A = P + i Q is [P -Q; Q P].
TEST(MixturePosterior, ComplexIsItsRealComposite) {
  test::Generator generator(17);
  const auto prior = test::random_mixture<Complex>(6, 3, generator);
  const auto stacked = test::composite(prior);
  for (const Index m : {4, 6, 10}) {
    const Matrix<Complex> a = test::normal_matrix<Complex>(m, 6, generator);
    const Matrix<double> real_a = 2.0 * test::composite_covariance(a);
    const MixturePosterior<Complex> posterior(prior, {.matrix = a, .noise_covariance = {}});
    const MixturePosterior<double> real(stacked, {.matrix = real_a, .noise_covariance = {}});
    const double noise = 0.2, half = noise / 2;
    const Matrix<Complex> y = test::observations(prior, a, noise, 20, generator);
    const Matrix<double> real_y = test::composite(y);
    const auto moments = posterior.moments(y, {&noise, 1});
    const auto expected = real.moments(real_y, {&half, 1});
    EXPECT_LT((test::composite(moments.mean) - expected.mean).cwiseAbs().maxCoeff(), 1e-12);
    const Matrix<double> sum = expected.variance.topRows(6) + expected.variance.bottomRows(6);
    EXPECT_LT((moments.variance - sum).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_LT((posterior.log_density(y, {&noise, 1}) - real.log_density(real_y, {&half, 1}))
                  .cwiseAbs()
                  .maxCoeff(),
              1e-10);
    // The Wirtinger gradient is half the real one.
    EXPECT_LT(
        (2.0 * test::composite(posterior.score(y, {&noise, 1})) - real.score(real_y, {&half, 1}))
            .cwiseAbs()
            .maxCoeff(),
        1e-10);
  }
}

TYPED_TEST(MixturePosteriorTest, ScoreIsTheGradientOfTheLogDensity) {
  using T = TypeParam;
  test::Generator generator(18);
  const auto prior = test::random_mixture<T>(5, 3, generator);
  const Matrix<T> a = test::normal_matrix<T>(8, 5, generator);
  const MixturePosterior<T> posterior(prior, {.matrix = a, .noise_covariance = {}});
  const double noise = 0.7, step = 1e-5;
  const std::span<const double> level(&noise, 1);
  const Matrix<T> y = test::observations(prior, a, noise, 1, generator);
  const Matrix<T> score = posterior.score(y, level);
  for (Index i = 0; i < 8; ++i) {
    const auto slope = [&](T direction) {
      Matrix<T> above = y, below = y;
      above(i, 0) += step * direction;
      below(i, 0) -= step * direction;
      return (posterior.log_density(above, level)(0) - posterior.log_density(below, level)(0)) /
             (2 * step);
    };
    if constexpr (is_complex<T>) {
      const Complex expected(slope(1.0) / 2, slope(Complex(0, 1)) / 2);
      EXPECT_LT(std::abs(score(i, 0) - expected), 1e-7 * (1 + std::abs(expected)));
    } else {
      EXPECT_NEAR(score(i, 0), slope(1.0), 1e-7 * (1 + std::abs(score(i, 0))));
    }
  }
}

TYPED_TEST(MixturePosteriorTest, SingleArithmeticIsCloseToDouble) {
  using T = TypeParam;
  using Single = std::conditional_t<is_complex<T>, std::complex<float>, float>;
  test::Generator generator(19);
  const auto prior = test::random_mixture<T>(16, 6, generator);
  const Matrix<T> a = test::normal_matrix<T>(10, 16, generator);
  const MixturePosterior<T> posterior(prior, {.matrix = a, .noise_covariance = {}});
  const MixturePosterior<Single> single(prior, {.matrix = a, .noise_covariance = {}});
  for (const double noise : {1.0, 1e-3}) {
    const Matrix<T> y = test::observations(prior, a, noise, 200, generator);
    const auto exact = posterior.moments(y, {&noise, 1});
    const auto close = single.moments(y.template cast<Single>(), {&noise, 1});
    EXPECT_LT((close.mean.template cast<T>() - exact.mean).norm(), 1e-5 * exact.mean.norm());
    EXPECT_LT((close.variance.template cast<double>() - exact.variance).norm(),
              1e-4 * exact.variance.norm());
  }
}

// The error of the conditional mean is orthogonal to it, and its square averages to the trace.
TYPED_TEST(MixturePosteriorTest, ErrorIsOrthogonalToTheMean) {
  using T = TypeParam;
  test::Generator generator(20);
  const auto prior = test::random_mixture<T>(6, 4, generator);
  const Matrix<T> a = test::normal_matrix<T>(3, 6, generator);
  const MixturePosterior<T> posterior(prior, {.matrix = a, .noise_covariance = {}});
  const Index count = 20000;
  const double noise = 0.4;
  const Matrix<T> x = draw(prior, count, 21);
  const Matrix<T> y = a * x + T(std::sqrt(noise)) * test::normal_matrix<T>(3, count, generator);
  const Matrix<T> mean = posterior.mean(y, {&noise, 1});
  const Matrix<T> error = x - mean;
  const Eigen::ArrayXd inner = error.conjugate().cwiseProduct(mean).colwise().sum().real();
  const double deviation =
      std::sqrt((inner - inner.mean()).square().mean() / static_cast<double>(count));
  EXPECT_LT(std::abs(inner.mean()), 4 * deviation);
  const Eigen::ArrayXd gap =
      error.colwise().squaredNorm().transpose().array() - posterior.trace(y, {&noise, 1}).array();
  const double gap_deviation =
      std::sqrt((gap - gap.mean()).square().mean() / static_cast<double>(count));
  EXPECT_LT(std::abs(gap.mean()), 4 * gap_deviation);
}

TEST(MixturePosterior, WrongShapesAndNumbersAreErrors) {
  test::Generator generator(22);
  const auto prior = test::random_mixture<double>(4, 2, generator);
  const Matrix<double> a = test::normal_matrix<double>(3, 4, generator);
  EXPECT_THROW(MixturePosterior<double>(prior, {.matrix = a.leftCols(3), .noise_covariance = {}}),
               Error);
  Matrix<double> broken = a;
  broken(1, 1) = std::nan("");
  EXPECT_THROW(MixturePosterior<double>(prior, {.matrix = broken, .noise_covariance = {}}), Error);
  const MixturePosterior<double> posterior(prior, {.matrix = a, .noise_covariance = {}});
  const double noise = 1.0, negative = -1.0;
  const std::vector<double> two{1.0, 1.0};
  const Matrix<double> y = Matrix<double>::Zero(3, 5);
  EXPECT_THROW((void)posterior.mean(Matrix<double>::Zero(4, 5), {&noise, 1}), Error);
  EXPECT_THROW((void)posterior.mean(y, {&negative, 1}), Error);
  EXPECT_THROW((void)posterior.mean(y, two), Error);
  EXPECT_THROW((void)posterior.covariance_times(y, Matrix<double>::Zero(4, 4), {&noise, 1}), Error);
  EXPECT_EQ(posterior.mean(Matrix<double>::Zero(3, 0), {&noise, 1}).cols(), 0);
}

TEST(MixturePosterior, FarObservationsHaveFiniteMeans) {
  test::Generator generator(23);
  const auto prior = test::random_mixture<double>(4, 3, generator);
  const MixturePosterior<double> posterior(
      prior, {.matrix = test::normal_matrix<double>(3, 4, generator), .noise_covariance = {}});
  const double noise = 1.0;
  for (const double size : {1e10, 1e100, 1e200}) {
    const auto moments = posterior.moments(Matrix<double>::Constant(3, 1, size), {&noise, 1});
    EXPECT_TRUE(moments.mean.allFinite());
    EXPECT_TRUE(moments.variance.allFinite());
  }
}

}  // namespace
}  // namespace pellucid
