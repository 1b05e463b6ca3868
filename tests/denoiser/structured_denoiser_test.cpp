// SPDX-License-Identifier: BSD-3-Clause
// Denoisers of structured mixtures against the one of full covariances, and complex ones against
// their real composites.

#include <gtest/gtest.h>

#include "pellucid/base/error.hpp"
#include "pellucid/denoiser/diagonal_mixture_denoiser.hpp"
#include "pellucid/denoiser/factor_mixture_denoiser.hpp"
#include "pellucid/denoiser/mixture_denoiser.hpp"
#include "support/composite.hpp"
#include "support/diagonal_types.hpp"
#include "support/golden.hpp"
#include "support/random_priors.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;
using test::diagonal_types;
using test::Generator;
using test::normal_matrix;

constexpr double variances[] = {1e-6, 1e-3, 0.1, 1.0, 100.0};

struct DenoiserOf {
  template <class T>
  static auto make(const DiagonalMixture<T>& prior) {
    return DiagonalMixtureDenoiser<T>(prior);
  }
  template <class T>
  static auto make(const FactorMixture<T>& prior) {
    return FactorMixtureDenoiser<T>(prior);
  }
};

template <class T>
struct Posterior {
  Matrix<T> mean;
  Eigen::VectorXd variance;
  Eigen::MatrixXd weights;
};

template <class T>
Posterior<T> posterior(const ExactDenoiser<T>& denoiser, const Matrix<T>& x_t,
                       std::span<const NoiseLevel> levels) {
  const auto work = denoiser.workspace();
  Posterior<T> result{Matrix<T>(x_t.rows(), x_t.cols()), Eigen::VectorXd(x_t.cols()),
                      Eigen::MatrixXd(denoiser.components(), x_t.cols())};
  denoiser.posterior(x_t, levels, result.mean, result.variance, *work);
  denoiser.posterior_weights(x_t, levels, result.weights, *work);
  Matrix<T> again(x_t.rows(), x_t.cols());
  denoiser.denoise(x_t, levels, again, *work);
  EXPECT_EQ(again, result.mean);
  return result;
}

template <class T>
Matrix<T> observations(const auto& prior, double v) {
  Generator generator(11);
  const NoiseLevel level = NoiseLevel::from_variance(v);
  const Matrix<T> clean = draw(prior, 40, 3);
  return T(std::sqrt(level.alpha_bar)) * clean +
         T(std::sqrt(level.noise)) * normal_matrix<T>(prior.dim(), 40, generator);
}

template <class T>
void expect_like_dense(const auto& prior) {
  SCOPED_TRACE(is_complex<T> ? "complex" : "real");
  const auto denoiser = DenoiserOf::make(prior);
  const MixtureDenoiser<T> all(dense(prior), 1);
  std::vector<NoiseLevel> own;
  Matrix<T> mixed(prior.dim(), 40);
  for (const double v : variances) {
    SCOPED_TRACE(v);
    const NoiseLevel level = NoiseLevel::from_variance(v);
    const Matrix<T> x_t = observations<T>(prior, v);
    const auto got = posterior<T>(denoiser, x_t, {&level, 1});
    const auto due = posterior<T>(all, x_t, {&level, 1});
    EXPECT_LT(test::relative_error(got.mean, due.mean), 1e-9);
    EXPECT_LT(test::relative_error(got.variance, due.variance), 1e-9);
    EXPECT_LT((got.weights - due.weights).cwiseAbs().maxCoeff(), 1e-9);
    for (Index j = static_cast<Index>(own.size()), last = j + 8; j < last; ++j) {
      mixed.col(j) = x_t.col(j);
      own.push_back(level);
    }
  }
  // Every sample with a level of its own, a clean one among them.
  own[3] = NoiseLevel::clean();
  const auto got = posterior<T>(denoiser, mixed, own), due = posterior<T>(all, mixed, own);
  EXPECT_LT(test::relative_error(got.mean, due.mean), 1e-9);
  EXPECT_LT(test::relative_error(got.variance, due.variance), 1e-9);
  EXPECT_EQ(got.mean.col(3), mixed.col(3));
  EXPECT_EQ(got.variance(3), 0.0);
}

TEST(DiagonalMixtureDenoiser, AgreesWithFullCovariances) {
  for (const auto type : diagonal_types) {
    SCOPED_TRACE(name(type));
    Generator generator(1);
    expect_like_dense<double>(test::random_diagonal_mixture<double>(type, 3, 6, 4, generator, 0.5));
    expect_like_dense<Complex>(
        test::random_diagonal_mixture<Complex>(type, 3, 6, 4, generator, 0.5));
    expect_like_dense<double>(test::random_diagonal_mixture<double>(type, 2, 3, 1, generator));
  }
}

TEST(FactorMixtureDenoiser, AgreesWithFullCovariances) {
  Generator generator(2);
  expect_like_dense<double>(test::random_factor_mixture<double>(18, 3, 4, generator, 0.5));
  expect_like_dense<Complex>(test::random_factor_mixture<Complex>(18, 3, 4, generator, 0.5));
  expect_like_dense<double>(test::random_factor_mixture<double>(5, 5, 1, generator));
}

// A complex prior is the real one of real above imaginary parts.
template <class Prior>
void expect_composite(const Prior& prior) {
  const auto denoiser = DenoiserOf::make(prior);
  const MixtureDenoiser<double> real(test::composite(dense(prior)), 1);
  for (const double v : {0.01, 1.0}) {
    const Matrix<Complex> x_t = observations<Complex>(prior, v);
    // Noise of half the variance per part: the same level, with the signal's scale kept.
    const double abar = 1 / (1 + v), half = v / (1 + v) / 2;
    const NoiseLevel level{abar, 1 - abar};
    const NoiseLevel parts{abar / (abar + half), half / (abar + half)};
    const auto got = posterior<Complex>(denoiser, x_t, {&level, 1});
    const auto due =
        posterior<double>(real, test::composite(x_t) / std::sqrt(abar + half), {&parts, 1});
    EXPECT_LT(test::relative_error(test::composite(got.mean), due.mean), 1e-12);
    EXPECT_LT(test::relative_error(got.variance, due.variance), 1e-12);
    EXPECT_LT((got.weights - due.weights).cwiseAbs().maxCoeff(), 1e-12);
  }
}

TEST(StructuredDenoisers, ComplexEqualsRealComposite) {
  Generator generator(3);
  for (const auto type : diagonal_types) {
    SCOPED_TRACE(name(type));
    expect_composite(test::random_diagonal_mixture<Complex>(type, 2, 4, 3, generator, 0.5));
  }
  expect_composite(test::random_factor_mixture<Complex>(8, 2, 3, generator, 0.5));
}

// Single precision within 1e-4 of the largest entry.
template <class T, class Single>
void expect_single(const auto& wide, const ExactDenoiser<Single>& single, const Matrix<T>& x_t,
                   double v) {
  const NoiseLevel level = NoiseLevel::from_variance(v);
  const auto due = posterior<T>(wide, x_t, {&level, 1});
  const auto got = posterior<Single>(single, x_t.template cast<Single>(), {&level, 1});
  EXPECT_LT(test::relative_error(got.mean.template cast<T>(), due.mean), 1e-4);
  EXPECT_LT(test::relative_error(got.variance, due.variance), 1e-3);
}

TEST(StructuredDenoisers, SinglePrecision) {
  Generator generator(4);
  for (const double v : {1e-3, 1.0}) {
    for (const auto type : diagonal_types) {
      SCOPED_TRACE(name(type));
      const auto real = test::random_diagonal_mixture<double>(type, 3, 5, 3, generator, 0.5);
      expect_single<double, float>(DiagonalMixtureDenoiser<double>(real),
                                   DiagonalMixtureDenoiser<float>(real),
                                   observations<double>(real, v), v);
      const auto complex = test::random_diagonal_mixture<Complex>(type, 3, 5, 3, generator, 0.5);
      expect_single<Complex, std::complex<float>>(
          DiagonalMixtureDenoiser<Complex>(complex),
          DiagonalMixtureDenoiser<std::complex<float>>(complex), observations<Complex>(complex, v),
          v);
    }
    const auto real = test::random_factor_mixture<double>(15, 3, 3, generator, 0.5);
    expect_single<double, float>(FactorMixtureDenoiser<double>(real),
                                 FactorMixtureDenoiser<float>(real), observations<double>(real, v),
                                 v);
    const auto complex = test::random_factor_mixture<Complex>(15, 3, 3, generator, 0.5);
    expect_single<Complex, std::complex<float>>(FactorMixtureDenoiser<Complex>(complex),
                                                FactorMixtureDenoiser<std::complex<float>>(complex),
                                                observations<Complex>(complex, v), v);
  }
}

TEST(StructuredDenoisers, HugeObservationsAndSingularComponentsGiveNumbers) {
  Generator generator(5);
  auto diagonal =
      test::random_diagonal_mixture<double>(CovarianceType::diag, 1, 6, 3, generator, 0.5);
  diagonal.variances.row(2).setZero();
  auto factors = test::random_factor_mixture<double>(6, 2, 3, generator, 0.5);
  factors.noise_variances.setZero();
  const DiagonalMixtureDenoiser<double> first(diagonal);
  const FactorMixtureDenoiser<double> second(factors);
  for (const ExactDenoiser<double>* denoiser :
       std::initializer_list<const ExactDenoiser<double>*>{&first, &second}) {
    for (const double size : {1.0, 1e100, 1e200}) {
      for (const double v : {1e-3, 1.0}) {
        const NoiseLevel level = NoiseLevel::from_variance(v);
        const Matrix<double> x_t = size * normal_matrix<double>(6, 4, generator);
        const auto got = posterior<double>(*denoiser, x_t, {&level, 1});
        EXPECT_TRUE(got.mean.allFinite()) << size;
        EXPECT_TRUE(got.weights.allFinite()) << size;
        EXPECT_NEAR(got.weights.col(0).sum(), 1.0, 1e-12);
      }
    }
    const NoiseLevel clean = NoiseLevel::clean();
    const Matrix<double> x = normal_matrix<double>(6, 4, generator);
    EXPECT_EQ(posterior<double>(*denoiser, x, {&clean, 1}).mean, x);
  }
}

TEST(StructuredDenoisers, ShapesThatDoNotFitAreRefused) {
  Generator generator(6);
  const FactorMixtureDenoiser<double> denoiser(
      test::random_factor_mixture<double>(6, 2, 3, generator));
  const auto work = denoiser.workspace();
  Matrix<double> x = Matrix<double>::Zero(5, 2), out = x;
  const NoiseLevel level = NoiseLevel::from_variance(1);
  EXPECT_THROW(denoiser.denoise(x, {&level, 1}, out, *work), Error);
}

}  // namespace
}  // namespace pellucid
