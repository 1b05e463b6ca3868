// SPDX-License-Identifier: BSD-3-Clause
// What a fit does from pass to pass: checkpoints, mini-batches, re-seeding.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "pellucid/base/error.hpp"
#include "pellucid/prior/fit_mixture.hpp"
#include "prior/fit_progress.hpp"
#include "prior/memory_checkpoint.hpp"
#include "prior/shuffled_order.hpp"
#include "support/random_priors.hpp"
#include "support/reference.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;
using test::Generator;
using test::MemoryCheckpoint;

template <class T>
class MixturePasses : public testing::Test {};
using Numbers = testing::Types<double, Complex>;
TYPED_TEST_SUITE(MixturePasses, Numbers);

template <class T>
void expect_equal(const MixtureFit<T>& a, const MixtureFit<T>& b) {
  EXPECT_EQ(a.prior.weights, b.prior.weights);
  EXPECT_EQ(a.prior.means, b.prior.means);
  EXPECT_EQ(a.prior.covariances, b.prior.covariances);
  EXPECT_EQ(a.report.log_likelihood, b.report.log_likelihood);
  EXPECT_EQ(a.report.penalised_log_likelihood, b.report.penalised_log_likelihood);
  EXPECT_EQ(a.report.reseeded, b.report.reseeded);
  EXPECT_EQ(a.report.bic, b.report.bic);
}

TYPED_TEST(MixturePasses, GoOnFromAnyCheckpointToTheSameBits) {
  using T = TypeParam;
  Generator generator(1);
  const Matrix<T> x = draw(test::random_mixture<T>(6, 4, generator), 700, 1);
  const MatrixSource<T> source(x);
  for (const Index batch : {0, 150}) {
    MixtureFitOptions<T> options;
    options.components = 5;
    options.passes = 6;
    options.tolerance = 0.0;
    options.batch = batch;
    options.threads = 1;
    const auto plain = fit_mixture(source, options);
    MemoryCheckpoint checkpoint;
    options.checkpoint = &checkpoint;
    expect_equal(fit_mixture(source, options), plain);
    ASSERT_EQ(checkpoint.states.size(), 5U);  // the last pass needs none
    for (int i = 0; i < 5; ++i) {
      checkpoint.chosen = i;
      expect_equal(fit_mixture(source, options), plain);
    }
  }
}

TEST(MixtureCheckpoint, ItsProgressKeepsEveryBit) {
  FitProgress progress;
  progress.report.log_likelihood = {-1.0 / 3.0, 1e-300, 5.0};
  progress.report.penalised_log_likelihood = {0.1, -0.7, 2.0 / 3.0};
  progress.report.reseeded = {2, 0, 1};
  progress.report.reseedings = {{1, 4, true}, {1, 0, false}, {3, 7, true}};
  progress.singular_passes = 2;
  const FitProgress read = parse_progress(progress_text(progress));
  EXPECT_EQ(read.report.log_likelihood, progress.report.log_likelihood);
  EXPECT_EQ(read.report.penalised_log_likelihood, progress.report.penalised_log_likelihood);
  EXPECT_EQ(read.report.reseeded, progress.report.reseeded);
  EXPECT_EQ(read.singular_passes, 2);
  ASSERT_EQ(read.report.reseedings.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const Reseeding &a = read.report.reseedings[i], &b = progress.report.reseedings[i];
    EXPECT_TRUE(a.pass == b.pass && a.component == b.component && a.singular == b.singular) << i;
  }
  EXPECT_THROW((void)parse_progress("{}"), Error);
}

TEST(MixtureCheckpoint, ItsFingerprintTellsOptionsAndDataApart) {
  Generator generator(2);
  Matrix<double> x = test::normal_matrix<double>(3, 300, generator);
  const MatrixSource<double> source(x);
  MemoryCheckpoint checkpoint;
  MixtureFitOptions<double> options;
  options.components = 2;
  options.passes = 1;
  options.checkpoint = &checkpoint;
  const auto fingerprint = [&] {
    (void)fit_mixture<double>(source, options);
    return checkpoint.last_fingerprint;
  };
  const std::string first = fingerprint();
  options.threads = 2;
  EXPECT_EQ(fingerprint(), first);
  options.seed = 7;
  EXPECT_NE(fingerprint(), first);
  options.seed = 1;
  options.regularisation = 0.3;
  EXPECT_NE(fingerprint(), first);
  options.regularisation = 0.2;
  EXPECT_EQ(fingerprint(), first);
  x(1, 0) += 1e-9;
  EXPECT_NE(fingerprint(), first);
}

TYPED_TEST(MixturePasses, ByMiniBatchesReachTheLikelihoodOfWholePasses) {
  using T = TypeParam;
  Generator generator(3);
  const auto truth = test::random_mixture<T>(4, 3, generator, 4.0);
  const Matrix<T> x = draw(truth, 6000, 4), fresh = draw(truth, 2000, 5);
  MixtureFitOptions<T> options;
  options.components = 3;
  options.passes = 20;
  options.batch = 500;
  options.tolerance = 0.0;
  const auto fit = fit_mixture<T>(MatrixSource<T>(x), options);
  fit.prior.validate();
  // As of whole passes, in FindsAKnownMixture: three times what fitted parameters cost.
  const double loss = (log_density<T>(truth, fresh) - log_density<T>(fit.prior, fresh)).mean();
  EXPECT_LT(loss, 1.5 * parameter_count(truth) / 6000.0) << "nats per sample";
  options.threads = 2;
  expect_equal(fit_mixture<T>(MatrixSource<T>(x), options), fit);
}

TEST(ShuffledOrder, HoldsEveryNumberOnceAndDiffersFromPassToPass) {
  for (const Index count : {1, 2, 7, 1000, 1024}) {
    std::vector<Index> all;
    const ShuffledOrder order(count, 3, 0);
    for (Index first = 0; first < count; first += 300) {
      const auto part = order.sorted(first, std::min(first + 300, count));
      EXPECT_TRUE(std::is_sorted(part.begin(), part.end()));
      all.insert(all.end(), part.begin(), part.end());
    }
    std::sort(all.begin(), all.end());
    for (Index i = 0; i < count; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)], i);
  }
  EXPECT_NE(ShuffledOrder(1000, 3, 0).sorted(0, 20), ShuffledOrder(1000, 3, 1).sorted(0, 20));
}

/// Dimensions above 32, where densities are screened, and clusters far enough apart for it to work.
TYPED_TEST(MixturePasses, ScreenedPassesAreTheDefinition) {
  using T = TypeParam;
  Generator generator(4);
  for (const double spread : {0.05, 1.0, 20.0}) {
    auto truth = test::random_mixture<T>(50, 6, generator, spread);
    const Matrix<T> x = draw(truth, 900, 6);
    MixtureFitOptions<T> options;
    options.passes = 1;
    options.tolerance = 0.0;
    options.regularisation = 0.0;
    options.start = truth;
    const auto fit = fit_mixture<T>(MatrixSource<T>(x), options);
    const auto expected = reference::em_pass(truth, x, 0.0, Matrix<T>(Matrix<T>::Zero(50, 50)));
    EXPECT_NEAR(fit.report.log_likelihood[0], log_density<T>(truth, x).mean(), 1e-10);
    EXPECT_LT((fit.prior.weights - expected.weights).cwiseAbs().maxCoeff(), 1e-12);
    for (std::size_t k = 0; k < 6; ++k) {
      EXPECT_LT((fit.prior.covariances[k] - expected.covariances[k]).norm(),
                1e-10 * expected.covariances[k].norm());
    }
  }
}

TEST(MixturePass, ARidgeIsAddedToEveryCovariance) {
  Generator generator(5);
  const Matrix<double> x = draw(test::random_mixture<double>(4, 2, generator), 500, 7);
  MixtureFitOptions<double> options;
  options.passes = 1;
  options.regularisation = 0.0;
  options.start = test::random_mixture<double>(4, 2, generator);
  const auto plain = fit_mixture<double>(MatrixSource<double>(x), options).prior;
  options.ridge = 0.25;
  const auto ridged = fit_mixture<double>(MatrixSource<double>(x), options).prior;
  for (std::size_t k = 0; k < 2; ++k) {
    const Matrix<double> difference = ridged.covariances[k] - plain.covariances[k];
    EXPECT_LT((difference - 0.25 * Matrix<double>::Identity(4, 4)).norm(), 1e-14);
  }
}

TEST(MixturePass, SaysWhichComponentWasReseededAndWhen) {
  Generator generator(6);
  const Matrix<double> x = draw(test::random_mixture<double>(3, 2, generator, 3.0), 500, 13);
  MixtureFitOptions<double> options;
  options.passes = 20;
  options.start = test::random_mixture<double>(3, 2, generator);
  options.start->means.col(1).setConstant(1e6);
  const auto report = fit_mixture<double>(MatrixSource<double>(x), options).report;
  ASSERT_FALSE(report.reseedings.empty());
  EXPECT_EQ(report.reseedings[0].component, 1);
  EXPECT_EQ(report.reseedings[0].pass, 1);
  EXPECT_FALSE(report.reseedings[0].singular);
}

}  // namespace
}  // namespace pellucid
