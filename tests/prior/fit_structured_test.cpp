// SPDX-License-Identifier: BSD-3-Clause
// Fits of every covariance type against passes of expectation-maximisation written out plainly.

#include <gtest/gtest.h>

#include <Eigen/LU>

#include "prior/structured_fits.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;
using test::all_types;
using test::fit_to;
using test::Generator;
using test::options_for;
using test::samples_of_three;
using test::written_out;

template <class T>
Matrix<T> projected(CovarianceType type, const Matrix<T>& c, Index n1, Index n2) {
  const Index n = c.rows();
  if (type == CovarianceType::diag) return Matrix<T>(c.diagonal().asDiagonal());
  if (type == CovarianceType::spherical) {
    return Matrix<T>::Identity(n, n) * (c.trace() / T(static_cast<double>(n)));
  }
  if (type == CovarianceType::circulant) n1 = 1, n2 = n;
  Matrix<T> averaged = Matrix<T>::Zero(n, n);
  // The average over all shifts of both axes, around.
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      for (Index a = 0; a < n1; ++a) {
        for (Index b = 0; b < n2; ++b) {
          averaged(i, j) += c((i / n2 + a) % n1 * n2 + (i % n2 + b) % n2,
                              (j / n2 + a) % n1 * n2 + (j % n2 + b) % n2);
        }
      }
    }
  }
  return averaged / T(static_cast<double>(n));
}

// One pass of plain expectation-maximisation without regularisation.
template <class T>
GaussianMixture<T> em_pass(CovarianceType type, const GaussianMixture<T>& prior, const Matrix<T>& x,
                           Index n1, Index n2) {
  const Eigen::MatrixXd p = posterior_weights<T>(prior, x);
  const Eigen::VectorXd counts = p.rowwise().sum();
  GaussianMixture<T> next{counts / static_cast<double>(x.cols()), {}, {}};
  next.means =
      x * p.transpose().template cast<T>() * counts.cwiseInverse().template cast<T>().asDiagonal();
  Matrix<T> pooled = Matrix<T>::Zero(x.rows(), x.rows());
  for (Index k = 0; k < prior.components(); ++k) {
    const Matrix<T> centred = x.colwise() - next.means.col(k);
    const Matrix<T> scatter =
        centred * p.row(k).transpose().template cast<T>().asDiagonal() * centred.adjoint();
    pooled += scatter;
    next.covariances.push_back(projected<T>(type, scatter / T(counts(k)), n1, n2));
  }
  if (type == CovarianceType::tied) {
    for (auto& c : next.covariances) c = pooled / T(static_cast<double>(x.cols()));
  }
  return next;
}

template <class T>
void expect_plain_passes(CovarianceType type) {
  const Index n1 = 2, n2 = 4;
  const Matrix<T> x = samples_of_three<T>(n1 * n2, 600, 3);
  auto options = options_for<T>(type, n1, n2);
  options.regularisation = 0;
  for (const int passes : {1, 3}) {
    options.passes = passes;
    const auto before = written_out(fit_to(x, options));
    options.passes = passes + 1;
    const auto after = written_out(fit_to(x, options));
    const auto expected = em_pass(type, before, x, n1, n2);
    EXPECT_LT((after.weights - expected.weights).cwiseAbs().maxCoeff(), 1e-9);
    EXPECT_LT(test::relative_error(after.means, expected.means), 1e-9);
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_LT(test::relative_error(after.covariances[k], expected.covariances[k]), 1e-9);
    }
  }
}

TEST(FitStructured, PassesAreThoseOfPlainExpectationMaximisation) {
  for (const auto type : {CovarianceType::tied, CovarianceType::diag, CovarianceType::spherical,
                          CovarianceType::circulant, CovarianceType::block_circulant}) {
    SCOPED_TRACE(name(type));
    expect_plain_passes<double>(type);
    expect_plain_passes<Complex>(type);
  }
}

// Ghahramani and Hinton's update, with covariances and inverses written out.
template <class T>
FactorMixture<T> factor_pass(const FactorMixture<T>& prior, const Matrix<T>& x) {
  const GaussianMixture<T> all = dense(prior);
  const Eigen::MatrixXd p = posterior_weights<T>(all, x);
  FactorMixture<T> next = prior;
  const Index r = prior.rank();
  for (Index k = 0; k < prior.components(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    const Matrix<T>& w = prior.factors[at];
    const Matrix<T> beta = w.adjoint() * all.covariances[at].inverse();
    const Matrix<T> hidden = Matrix<T>::Identity(r, r) - beta * w;
    Matrix<T> left = Matrix<T>::Zero(x.rows(), r + 1), right = Matrix<T>::Zero(r + 1, r + 1);
    Eigen::VectorXd squares = Eigen::VectorXd::Zero(x.rows());
    for (Index j = 0; j < x.cols(); ++j) {
      Vector<T> u(r + 1);
      u << beta * (x.col(j) - prior.means.col(k)), T(1);
      Matrix<T> second = u * u.adjoint();
      second.topLeftCorner(r, r) += hidden;
      left += T(p(k, j)) * x.col(j) * u.adjoint();
      right += T(p(k, j)) * second;
      squares += p(k, j) * x.col(j).cwiseAbs2();
    }
    const Matrix<T> solution = left * right.inverse();
    const double count = p.row(k).sum();
    next.weights(k) = count / static_cast<double>(x.cols());
    next.factors[at] = solution.leftCols(r);
    next.means.col(k) = solution.col(r);
    next.noise_variances.col(k) = (squares - (solution * left.adjoint()).diagonal().real()) / count;
  }
  return next;
}

template <class T>
void expect_factor_passes() {
  const Matrix<T> x = samples_of_three<T>(8, 600, 4);
  auto options = options_for<T>(CovarianceType::low_rank, 1, 8);
  options.regularisation = 0;
  options.passes = 2;
  const auto before = std::get<FactorMixture<T>>(fit_to(x, options).prior);
  options.passes = 3;
  const auto after = std::get<FactorMixture<T>>(fit_to(x, options).prior);
  const auto expected = factor_pass(before, x);
  EXPECT_LT((after.weights - expected.weights).cwiseAbs().maxCoeff(), 1e-9);
  EXPECT_LT(test::relative_error(after.means, expected.means), 1e-9);
  EXPECT_LT(test::relative_error(after.noise_variances, expected.noise_variances), 1e-9);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_LT(test::relative_error(after.factors[k], expected.factors[k]), 1e-9);
  }
}

TEST(FitStructured, FactorsFollowGhahramaniAndHinton) {
  expect_factor_passes<double>();
  expect_factor_passes<Complex>();
}

// The likelihood never falls, reported likelihoods are those of the mixtures, and the prior's own
// is a maximum's.
template <class T>
void expect_ascent(CovarianceType type, double regularisation) {
  const Matrix<T> x = samples_of_three<T>(8, 400, 5);
  auto options = options_for<T>(type, 4, 2);
  options.regularisation = regularisation;
  options.passes = 25;
  const auto fit = fit_to(x, options);
  const auto& likelihood = fit.report.penalised_log_likelihood;
  ASSERT_EQ(likelihood.size(), 25U);
  for (std::size_t pass = 1; pass < likelihood.size(); ++pass) {
    EXPECT_GE(likelihood[pass], likelihood[pass - 1] - 1e-10) << pass;
  }
  options.passes = 24;
  const auto before = written_out(fit_to(x, options));
  EXPECT_NEAR(log_density<T>(before, x).mean(), fit.report.log_likelihood.back(), 1e-9);
  EXPECT_GT(fit.report.bic, 0);
}

TEST(FitStructured, LikelihoodNeverFalls) {
  for (const auto type : all_types) {
    for (const double regularisation : {0.0, 0.2, 3.0}) {
      SCOPED_TRACE(name(type) + " " + std::to_string(regularisation));
      expect_ascent<double>(type, regularisation);
      expect_ascent<Complex>(type, regularisation);
    }
  }
}

// A fit to draws has at least the likelihood of what they were drawn from.
TEST(FitStructured, FitsDrawsAsWellAsTheTruth) {
  const auto expect = [](CovarianceType type, const auto& truth, Index n1, Index n2) {
    using T = typename std::decay_t<decltype(truth.means)>::Scalar;
    SCOPED_TRACE(name(type));
    const Matrix<T> x = draw(truth, 3000, 1);
    auto options = options_for<T>(type, n1, n2);
    options.regularisation = 0;
    options.passes = 200;
    options.tolerance = 1e-7;
    const auto fit = fit_to(x, options);
    EXPECT_GE(fit.report.log_likelihood.back(), log_density<T>(truth, x).mean() - 0.01);
  };
  Generator generator(2);
  for (const auto type : {CovarianceType::tied, CovarianceType::diag, CovarianceType::spherical,
                          CovarianceType::circulant, CovarianceType::block_circulant}) {
    expect(type, test::random_diagonal_mixture<double>(type, 3, 4, 3, generator, 1.5), 3, 4);
    expect(type, test::random_diagonal_mixture<Complex>(type, 3, 4, 3, generator, 1.5), 3, 4);
  }
  expect(CovarianceType::low_rank, test::random_factor_mixture<double>(12, 2, 3, generator, 2.0), 3,
         4);
  expect(CovarianceType::low_rank, test::random_factor_mixture<Complex>(12, 2, 3, generator, 2.0),
         3, 4);
  // A circulant covariance is a Toeplitz one, and one of its class.
  auto circulant =
      test::random_diagonal_mixture<Complex>(CovarianceType::circulant, 1, 8, 3, generator, 1.5);
  expect(CovarianceType::toeplitz, circulant, 1, 8);
}

}  // namespace
}  // namespace pellucid
