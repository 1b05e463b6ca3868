// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/gaussian.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pellucid/base/error.hpp"
#include "support/composite.hpp"
#include "support/random_priors.hpp"
#include "support/reference.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;
using test::Generator;

template <class T>
class GaussianPrior : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(GaussianPrior, Numbers);

TYPED_TEST(GaussianPrior, LogDensityIsItsDefinition) {
  using T = TypeParam;
  Generator generator(1);
  const Gaussian<T> prior = test::random_gaussian<T>(7, generator);
  const Matrix<T> x = test::normal_matrix<T>(7, 300, generator);
  const Eigen::VectorXd density = log_density<T>(prior, x, 0.3);
  for (Index j = 0; j < x.cols(); ++j) {
    const double expected =
        reference::log_normal<T>(x.col(j), prior.mean, reference::add_noise(prior.covariance, 0.3));
    EXPECT_NEAR(density(j), expected, 1e-11);
  }
}

TYPED_TEST(GaussianPrior, FitIsTheSampleMeanAndCovarianceDividedByTheCount) {
  using T = TypeParam;
  Generator generator(2);
  const Matrix<T> x = test::normal_matrix<T>(150, 5000, generator).array() + T(3.0);
  const Gaussian<T> fit = fit_gaussian<T>(MatrixSource<T>(x), 1);
  const Vector<T> mean = x.rowwise().mean();
  const Matrix<T> centred = x.colwise() - mean;
  EXPECT_LT((fit.mean - mean).norm(), 1e-12 * mean.norm());
  EXPECT_LT((fit.covariance - centred * centred.adjoint() / T(5000.0)).norm(), 1e-12);
  EXPECT_EQ(fit.covariance, Matrix<T>(fit.covariance.adjoint()));
  fit.validate();
}

TYPED_TEST(GaussianPrior, FitKeepsItsDigitsUnderALargeMean) {
  using T = TypeParam;
  Generator generator(3);
  const Matrix<T> x = test::normal_matrix<T>(3, 10000, generator);
  const Matrix<T> moved = x.array() + T(1e6);
  const Gaussian<T> fit = fit_gaussian<T>(MatrixSource<T>(x));
  const Gaussian<T> far = fit_gaussian<T>(MatrixSource<T>(moved));
  // The moved samples themselves are rounded to 1e-10.
  EXPECT_LT((fit.covariance - far.covariance).norm(), 1e-9);
}

TYPED_TEST(GaussianPrior, FitHasTheSameBitsForAnyNumberOfThreads) {
  using T = TypeParam;
  Generator generator(4);
  const Matrix<T> x = test::normal_matrix<T>(200, 1000, generator);
  const Gaussian<T> one = fit_gaussian<T>(MatrixSource<T>(x), 1);
  const Gaussian<T> three = fit_gaussian<T>(MatrixSource<T>(x), 3);
  EXPECT_EQ(one.mean, three.mean);
  EXPECT_EQ(one.covariance, three.covariance);
}

TYPED_TEST(GaussianPrior, DrawsHaveTheMeanAndCovariance) {
  using T = TypeParam;
  Generator generator(5);
  const Gaussian<T> prior = test::random_gaussian<T>(4, generator);
  constexpr Index count = 40000;
  const Matrix<T> drawn = draw(prior, count, 9);
  const Gaussian<T> fit = fit_gaussian<T>(MatrixSource<T>(drawn), 1);
  const Eigen::VectorXd variance = prior.covariance.diagonal().real();
  for (Index i = 0; i < 4; ++i) {
    EXPECT_LT(std::abs(fit.mean(i) - prior.mean(i)), 5.0 * std::sqrt(variance(i) / count));
    for (Index j = 0; j < 4; ++j) {
      const double deviation = std::sqrt(2.0 * variance(i) * variance(j) / count);
      EXPECT_LT(std::abs(fit.covariance(i, j) - prior.covariance(i, j)), 5.0 * deviation);
    }
  }
}

TYPED_TEST(GaussianPrior, DrawsOfASeedAreOneSequence) {
  using T = TypeParam;
  Generator generator(6);
  const Gaussian<T> prior = test::random_gaussian<T>(20, generator);
  const Matrix<T> few = draw(prior, 100, 1), many = draw(prior, 3000, 1);
  EXPECT_LT((few - many.leftCols(100)).norm(), 1e-13 * few.norm());
  EXPECT_LT((draw(prior, 50, 1, 700) - many.middleCols(700, 50)).norm(), 1e-13 * few.norm());
  EXPECT_GT((few - draw(prior, 100, 2)).norm(), 0.1 * few.norm());
}

TYPED_TEST(GaussianPrior, DrawsOfASemidefiniteCovarianceStayOnItsRange) {
  using T = TypeParam;
  Generator generator(7);
  const Matrix<T> basis = test::random_unitary<T>(6, generator);
  const Matrix<T> range = basis.leftCols(2);
  const Gaussian<T> prior{Vector<T>::Zero(6), range * range.adjoint()};
  const Matrix<T> x = draw(prior, 200, 3);
  EXPECT_LT((basis.rightCols(4).adjoint() * x).norm(), 1e-6 * x.norm());
  EXPECT_NEAR(x.squaredNorm() / 400.0, 1.0, 0.4);
  EXPECT_THROW((void)log_density<T>(prior, x), Error);
  EXPECT_TRUE(log_density<T>(prior, x, 0.1).allFinite());
}

TYPED_TEST(GaussianPrior, LogDensityIsUnchangedByARotation) {
  using T = TypeParam;
  Generator generator(8);
  const Gaussian<T> prior = test::random_gaussian<T>(6, generator);
  const Matrix<T> q = test::random_unitary<T>(6, generator);
  const Matrix<T> x = test::normal_matrix<T>(6, 20, generator);
  Gaussian<T> turned{q * prior.mean, q * prior.covariance * q.adjoint()};
  const Eigen::VectorXd difference =
      log_density<T>(turned, Matrix<T>(q * x), 0.2) - log_density<T>(prior, x, 0.2);
  EXPECT_LT(difference.cwiseAbs().maxCoeff(), 1e-11);
}

TEST(ComplexGaussian, LogDensityIsThatOfItsRealComposite) {
  Generator generator(9);
  const auto prior = test::random_gaussian<Complex>(9, generator);
  const Matrix<Complex> x = test::normal_matrix<Complex>(9, 50, generator);
  const Eigen::VectorXd complex = log_density<Complex>(prior, x, 0.4);
  const Eigen::VectorXd real = log_density<double>(test::composite(prior), test::composite(x), 0.2);
  EXPECT_LT((complex - real).cwiseAbs().maxCoeff(), 1e-12 * real.cwiseAbs().maxCoeff());
}

TEST(GaussianFit, RefusesWhatItCannotUse) {
  Matrix<double> x = Matrix<double>::Ones(2, 600);
  x(1, 523) = std::numeric_limits<double>::quiet_NaN();
  try {
    (void)fit_gaussian<double>(MatrixSource<double>(x));
    FAIL() << "NaN was accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("sample 523"));
  }
  const Matrix<double> nothing(2, 0);
  EXPECT_THROW((void)fit_gaussian<double>(MatrixSource<double>(nothing)), Error);
  const Matrix<double> huge = 1e200 * Matrix<double>::Random(2, 10);
  EXPECT_THROW((void)fit_gaussian<double>(MatrixSource<double>(huge)), Error);
}

TEST(GaussianFit, TakesOneSampleAndConstantEntries) {
  Matrix<double> x = Matrix<double>::Random(3, 50);
  x.row(1).setConstant(0.1);
  EXPECT_NEAR(fit_gaussian<double>(MatrixSource<double>(x)).covariance(1, 1), 0.0, 1e-30);
  const Matrix<double> first = x.col(0);
  const auto single = fit_gaussian<double>(MatrixSource<double>(first));
  EXPECT_EQ(single.mean, Vector<double>(x.col(0)));
  EXPECT_EQ(average_variance(single), 0.0);
}

TEST(GaussianFit, StopsWhenAsked) {
  struct Impatient final : Monitor {
    void begin(std::string_view, double) override { ++begun; }
    void update(double, std::string_view) override {}
    void end() override { ++ended; }
    void warn(std::string_view) override {}
    bool stop_requested() const override { return true; }
    int begun = 0, ended = 0;
  } monitor;
  const Matrix<double> x = Matrix<double>::Random(3, 50);
  EXPECT_THROW((void)fit_gaussian<double>(MatrixSource<double>(x), 1, &monitor), Stopped);
  EXPECT_EQ(monitor.begun, 1);
  EXPECT_EQ(monitor.ended, 1);
}

TEST(GaussianValidate, NamesWhatIsWrong) {
  Generator generator(10);
  const auto good = test::random_gaussian<Complex>(3, generator);
  good.validate();
  auto bad = good;
  bad.covariance(0, 1) += Complex(0.0, 0.5);
  EXPECT_THROW(bad.validate(), Error);
  bad = good;
  bad.covariance.conservativeResize(3, 2);
  EXPECT_THROW(bad.validate(), Error);
  bad = good;
  bad.covariance(2, 2) = -1.0;
  EXPECT_THROW(bad.validate(), Error);
  bad = good;
  bad.mean(1) = std::numeric_limits<double>::infinity();
  EXPECT_THROW(bad.validate(), Error);
}

TEST(GaussianLogDensity, RefusesOtherShapesAndBadVariances) {
  Generator generator(11);
  const auto prior = test::random_gaussian<double>(3, generator);
  EXPECT_THROW((void)log_density<double>(prior, Matrix<double>::Zero(4, 1)), Error);
  EXPECT_THROW((void)log_density<double>(prior, Matrix<double>::Zero(3, 1), -1.0), Error);
  EXPECT_EQ(log_density<double>(prior, Matrix<double>::Zero(3, 0)).size(), 0);
}

}  // namespace
}  // namespace pellucid
