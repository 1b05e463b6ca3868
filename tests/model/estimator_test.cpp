// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/estimator.hpp"

#include <gtest/gtest.h>

#include "pellucid/model/fit.hpp"
#include "support/golden.hpp"
#include "support/random_priors.hpp"
#include "support/reference.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

template <class T>
Matrix<T> shifted_data() {
  test::Generator generator(5);
  Matrix<T> x = 7.0 * draw(test::random_gaussian<T>(6, generator), 500, 2);
  x.array() += T(3.0);
  return x;
}

// A fitted Gaussian in the user's units is the Wiener filter of the samples' own moments.
template <class T>
void expect_wiener() {
  const Matrix<T> x = shifted_data<T>();
  const Estimator<T> estimator(fit_gaussian_model(MatrixSource<T>(x), {6}));
  const Vector<T> mean = x.rowwise().mean();
  const Matrix<T> centred = x.colwise() - mean;
  const Matrix<T> covariance = centred * centred.adjoint() / static_cast<double>(x.cols());
  const Matrix<T> y = 2.0 * x.leftCols(20);
  const double snr_db = 4.0;
  const double s2 = estimator.model().power / from_db(snr_db);
  Matrix<T> expected(6, 20);
  for (Index j = 0; j < 20; ++j) {
    expected.col(j) = reference::wiener<T>(mean, covariance, s2, y.col(j));
  }
  EXPECT_LT(test::relative_error(estimator.denoise(y, Noise::snr_db(snr_db)), expected), 1e-10);
  EXPECT_LT(test::relative_error(estimator.denoise(y, Noise::std(std::sqrt(s2))), expected), 1e-10);
  const std::vector<double> each(20, std::sqrt(s2));
  EXPECT_LT(test::relative_error(estimator.denoise(y, Noise::std_per_sample(each)), expected),
            1e-10);
}

TEST(Estimator, FittedGaussianIsTheWienerFilterReal) { expect_wiener<double>(); }
TEST(Estimator, FittedGaussianIsTheWienerFilterComplex) { expect_wiener<Complex>(); }

TEST(Estimator, EstimatesScaleAndShiftWithTheData) {
  const Matrix<double> x = shifted_data<double>();
  const Matrix<double> moved = (7.0 * x).array() - 100.0;
  MixtureFitOptions<double> how;
  how.components = 3;
  const Estimator<double> a(fit_mixture_model(MatrixSource<double>(x), {6}, how));
  const Estimator<double> b(fit_mixture_model(MatrixSource<double>(moved), {6}, how));
  EstimateOptions options;
  options.method = Method::sample;
  options.steps = {10};
  const Matrix<double> from_a = a.denoise(x.leftCols(9), Noise::std(2.0), options);
  const Matrix<double> from_b = b.denoise(moved.leftCols(9), Noise::std(14.0), options);
  const Matrix<double> expected = (7.0 * from_a).array() - 100.0;
  EXPECT_LT(test::relative_error(from_b, expected), 1e-9);
}

// A model in units of its own against the normalised one: every method, and generation.
TEST(Estimator, HandWrittenModelInItsOwnUnitsIsTheSameModel) {
  test::Generator generator(8);
  Model plain;
  plain.shape = {4};
  plain.offset = Eigen::VectorXcd::Zero(4);
  GaussianMixture<double> prior = test::random_mixture<double>(4, 3, generator);
  const Gaussian<double> whole = moments(prior);
  const double q = std::sqrt(average_variance(prior));
  prior.means = (prior.means.colwise() - whole.mean) / q;
  for (auto& c : prior.covariances) c /= q * q;
  plain.prior = RealPrior(prior);

  GaussianMixture<double> moved = prior;
  moved.means = (60.0 * prior.means).array() + 120.0;
  for (auto& c : moved.covariances) c *= 3600.0;
  Model own = plain;
  own.prior = RealPrior(moved);
  own.power = 3600.0;

  const Estimator<double> a(plain), b(own);
  const Matrix<double> y = draw(prior, 20, 3);
  const Matrix<double> y_moved = (60.0 * y).array() + 120.0;
  for (const Method method : all_methods()) {
    EstimateOptions options;
    options.method = method;
    options.draws = 2;
    const Matrix<double> from_a = a.denoise(y, Noise::snr_db(0), options);
    const Matrix<double> expected = (60.0 * from_a).array() + 120.0;
    EXPECT_LT(test::relative_error(b.denoise(y_moved, Noise::snr_db(0), options), expected), 1e-9)
        << name(method);
  }
  const Matrix<double> expected = (60.0 * a.sample(10)).array() + 120.0;
  EXPECT_LT(test::relative_error(b.sample(10), expected), 1e-9);
}

TEST(Estimator, InvalidModelIsRefused) {
  Model model;
  model.shape = {2};
  model.prior =
      RealPrior(Gaussian<double>{Eigen::VectorXd::Zero(2), Eigen::MatrixXd::Identity(2, 2)});
  EXPECT_THROW(Estimator<double>{model}, Error);  // no offset
  model.offset = Eigen::VectorXcd::Zero(2);
  EXPECT_NO_THROW(Estimator<double>{model});
  model.prior = RealPrior(
      Gaussian<double>{Eigen::VectorXd::Zero(2), Eigen::MatrixXd{{1.0, 2.0}, {2.0, 1.0}}});
  EXPECT_THROW(Estimator<double>{model}, Error);  // eigenvalue -1
}

TEST(Estimator, WrongArithmeticOrSizeIsRefused) {
  const Matrix<double> x = shifted_data<double>();
  const Model model = fit_gaussian_model(MatrixSource<double>(x), {6});
  EXPECT_THROW(Estimator<Complex>{model}, Error);
  const Estimator<double> estimator(model);
  EXPECT_THROW((void)estimator.denoise(Matrix<double>::Ones(5, 2), Noise::std(1)), Error);
  EXPECT_THROW((void)estimator.denoise(Matrix<double>::Ones(6, 2), Noise::std(-1)), Error);
  EXPECT_THROW(
      (void)estimator.denoise(Matrix<double>::Ones(6, 2), Noise::std_per_sample({1, 2, 3})), Error);
}

TEST(Estimator, BatchOfNothingIsNothing) {
  const Matrix<double> x = shifted_data<double>();
  const Estimator<double> estimator(fit_gaussian_model(MatrixSource<double>(x), {6}));
  EXPECT_EQ(estimator.denoise(Matrix<double>(6, 0), Noise::std(1)).cols(), 0);
  EXPECT_EQ(estimator.sample(0).cols(), 0);
}

}  // namespace
}  // namespace pellucid
