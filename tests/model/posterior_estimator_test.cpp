// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/posterior_estimator.hpp"

#include <gtest/gtest.h>

#include "pellucid/base/error.hpp"
#include "pellucid/model/coloured_estimator.hpp"
#include "posterior/dense_posterior.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

// A model with offset, scale and transform, and its prior written out in the user's units.
template <class T>
struct Known {
  explicit Known(Transform transform) {
    test::Generator generator(1);
    const auto prior = test::random_mixture<T>(6, 3, generator);
    model.shape = {2, 3};
    model.offset = test::normal_matrix<T>(6, 1, generator).template cast<Complex>() * 5.0;
    model.scale = 3.0;
    model.power = 9.0 * average_variance(prior);
    model.transform = transform;
    model.prior.emplace<is_complex<T> ? 1 : 0>(prior);

    Matrix<T> f = Matrix<T>::Identity(6, 6);
    SampleTransform<T>(transform, model.shape).forward(f);
    user = prior;
    Vector<T> offset;
    if constexpr (is_complex<T>) {
      offset = model.offset;
    } else {
      offset = model.offset.real();
    }
    user.means = f.adjoint() * ((3.0 * prior.means).colwise() + offset);
    for (auto& c : user.covariances) c = f.adjoint() * (9.0 * c) * f;
  }

  Model model;
  GaussianMixture<T> user;
};

template <class T>
void expect_users_units(Transform transform) {
  const Known<T> known(transform);
  test::Generator generator(2);
  const Matrix<T> a = test::normal_matrix<T>(4, 6, generator);
  const Matrix<T> r = test::random_covariance<T>(4, generator);
  const Matrix<T> y = test::observations<T>(known.user, a, 1.0, 9, generator);
  const auto white = PosteriorEstimator<T>(known.model, {.matrix = a, .noise_covariance = {}})
                         .moments(y, Noise::std(1.3));
  const auto coloured = PosteriorEstimator<T>(known.model, {.matrix = a, .noise_covariance = r})
                            .moments(y, Noise::std(1.0));
  for (Index j = 0; j < y.cols(); ++j) {
    const auto truth =
        test::dense_posterior<T>(known.user, a, test::white<T>(4, 1.3 * 1.3), y.col(j));
    EXPECT_LT((white.mean.col(j) - truth.mean).norm(), 1e-9 * truth.mean.norm());
    EXPECT_LT((white.variance.col(j) - truth.covariance.diagonal().real()).norm(),
              1e-9 * truth.covariance.norm());
    const auto with_r = test::dense_posterior<T>(known.user, a, r, y.col(j));
    EXPECT_LT((coloured.mean.col(j) - with_r.mean).norm(), 1e-9 * with_r.mean.norm());
  }
}

TEST(PosteriorEstimator, WorksInTheUsersUnits) { expect_users_units<double>(Transform::none); }
TEST(PosteriorEstimator, UndoesTheCosineTransform) { expect_users_units<double>(Transform::dct); }
TEST(PosteriorEstimator, UndoesTheFourierTransform) { expect_users_units<Complex>(Transform::dft); }

template <class T>
void expect_exact_in_coloured_noise() {
  const Known<T> known(Transform::dct);
  test::Generator generator(3);
  const Matrix<T> r = test::random_covariance<T>(6, generator);
  const Matrix<T> y =
      test::observations<T>(known.user, Matrix<T>::Identity(6, 6), 1.0, 9, generator);
  const ColouredEstimator<T> estimator(known.model, r);
  EstimateOptions options;
  options.method = Method::one_step;
  const Matrix<T> mean = estimator.denoise(y, options);
  for (Index j = 0; j < y.cols(); ++j) {
    const auto truth = test::dense_posterior<T>(known.user, Matrix<T>::Identity(6, 6), r, y.col(j));
    EXPECT_LT((mean.col(j) - truth.mean).norm(), 1e-9 * truth.mean.norm());
  }
  EXPECT_THROW(ColouredEstimator<T>(known.model, Matrix<T>::Zero(6, 6)), Error);
}

TEST(ColouredEstimator, OneStepIsTheConditionalMeanReal) {
  expect_exact_in_coloured_noise<double>();
}
TEST(ColouredEstimator, OneStepIsTheConditionalMeanComplex) {
  expect_exact_in_coloured_noise<Complex>();
}

// Deviations of the noise from 1e-3 to 1e3, correlated. An estimate is off by rounding times their
// ratio, 2e-10, not times its square.
template <class T>
void expect_digits_in_badly_scaled_noise() {
  const Known<T> known(Transform::none);
  test::Generator generator(4);
  const Vector<T> deviations = Eigen::VectorXd::LinSpaced(6, -3, 3)
                                   .unaryExpr([](double e) { return std::pow(10, e); })
                                   .template cast<T>();
  const Matrix<T> correlation = test::random_covariance<T>(6, generator);
  const Matrix<T> r = deviations.asDiagonal() * correlation * deviations.asDiagonal();
  const Matrix<T> identity = Matrix<T>::Identity(6, 6);
  const Matrix<T> y = test::observations<T>(known.user, identity, 1.0, 9, generator);
  EstimateOptions options;
  options.method = Method::one_step;
  const Matrix<T> mean = ColouredEstimator<T>(known.model, r).denoise(y, options);
  const PosteriorEstimator<T> posterior(known.model, {.matrix = {}, .noise_covariance = r});
  const auto truth = posterior.moments(y, Noise::std(1.0));
  for (Index j = 0; j < y.cols(); ++j) {
    const auto dense = test::dense_posterior<T>(known.user, identity, r, y.col(j));
    EXPECT_LT((mean.col(j) - dense.mean).norm(), 1e-8 * dense.mean.norm());
    EXPECT_LT((truth.mean.col(j) - dense.mean).norm(), 1e-8 * dense.mean.norm());
  }
}

TEST(ColouredEstimator, BadlyScaledNoiseLosesNoDigitsReal) {
  expect_digits_in_badly_scaled_noise<double>();
}
TEST(ColouredEstimator, BadlyScaledNoiseLosesNoDigitsComplex) {
  expect_digits_in_badly_scaled_noise<Complex>();
}

TEST(PosteriorEstimator, RefusesVectorsCutFromSignals) {
  Known<double> known(Transform::none);
  known.model.framing.kind = Framing::Kind::frames;
  known.model.framing.size = {6};
  known.model.framing.stride = 3;
  EXPECT_THROW(PosteriorEstimator<double>(known.model), Error);
}

}  // namespace
}  // namespace pellucid
