// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/fit.hpp"

#include <gtest/gtest.h>

#include "pellucid/model/access.hpp"
#include "pellucid/model/estimator.hpp"
#include "support/golden.hpp"
#include "support/random_priors.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;

template <class T>
Matrix<T> some_data() {
  test::Generator generator(3);
  const auto prior = test::random_mixture<T>(5, 3, generator, 2.0);
  Matrix<T> x = 4.0 * draw(prior, 800, 9);
  x.array() += T(10.0);
  return x;
}

template <class T>
void expect_units(const Model& model, const Matrix<T>& x) {
  const Vector<T> mean = x.rowwise().mean();
  const double power = (x.colwise() - mean).squaredNorm() / static_cast<double>(x.size());
  EXPECT_LT(test::relative_error(offset_as<T>(model), mean), 1e-12);
  EXPECT_NEAR(model.power, power, 1e-10 * power);
  EXPECT_NEAR(model.scale * model.scale, power, 1e-10 * power);
}

template <class T>
class ModelFit : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(ModelFit, Numbers);

TYPED_TEST(ModelFit, UnitsAreTheSamplesMeanAndDeviation) {
  using T = TypeParam;
  const Matrix<T> x = some_data<T>();
  const MatrixSource<T> source(x);
  expect_units<T>(fit_gaussian_model(source, {5}), x);
  expect_units<T>(fit_pca_model(source, {5}, 2), x);
  MixtureFitOptions<T> options;
  options.components = 3;
  expect_units<T>(fit_mixture_model(source, {5}, options), x);
}

// In model units the signal has zero mean and unit average variance, whatever the prior.
TYPED_TEST(ModelFit, PriorIsNormalised) {
  using T = TypeParam;
  const Matrix<T> x = some_data<T>();
  const MatrixSource<T> source(x);
  MixtureFitOptions<T> options;
  options.components = 3;
  options.regularisation = 0;
  for (const Model& model :
       {fit_gaussian_model(source, {5}), fit_mixture_model(source, {5}, options)}) {
    const Gaussian<T> whole = moments<T>(model);
    EXPECT_LT(whole.mean.cwiseAbs().maxCoeff(), 1e-9);
    EXPECT_NEAR(average_variance(whole), 1.0, 1e-9);
  }
}

// Moments of closed-form draws are the data's own, in the user's units: 20,000 draws, five errors.
TYPED_TEST(ModelFit, DrawsComeInTheUsersUnits) {
  using T = TypeParam;
  const Matrix<T> x = some_data<T>();
  const Model model = fit_gaussian_model(MatrixSource<T>(x), {5});
  const Matrix<T> drawn = draw<T>(model, 20000, 4);
  const double error = 5 * std::sqrt(model.power * 3 / 20000);
  EXPECT_LT((drawn.rowwise().mean() - x.rowwise().mean()).cwiseAbs().maxCoeff(), error);
}

TYPED_TEST(ModelFit, EqualSamplesAreRefused) {
  using T = TypeParam;
  const Matrix<T> equal = Matrix<T>::Ones(3, 10);
  const MatrixSource<T> source(equal);
  EXPECT_THROW((void)fit_gaussian_model(source, {3}), Error);
  EXPECT_THROW((void)fit_pca_model(source, {3}, 1), Error);
  EXPECT_THROW((void)fit_mixture_model(source, {3}, MixtureFitOptions<T>{}), Error);
  const Matrix<T> empty(3, 0);
  EXPECT_THROW((void)fit_gaussian_model(MatrixSource<T>(empty), {3}), Error);
}

}  // namespace
}  // namespace pellucid
