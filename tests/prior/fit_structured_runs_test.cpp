// SPDX-License-Identifier: BSD-3-Clause
// Fits of every covariance type that are interrupted, divided otherwise, or given ill-posed data.

#include <gtest/gtest.h>

#include <map>

#include "pellucid/base/error.hpp"
#include "prior/memory_checkpoint.hpp"
#include "prior/structured_fits.hpp"

namespace pellucid {
namespace {

using Complex = std::complex<double>;
using test::all_types;
using test::fit_to;
using test::Generator;
using test::MemoryCheckpoint;
using test::options_for;
using test::samples_of_three;
using test::written_out;

template <class T>
void expect_same(const StructuredFit<T>& a, const StructuredFit<T>& b) {
  const auto first = written_out(a), second = written_out(b);
  EXPECT_EQ(first.weights, second.weights);
  EXPECT_EQ(first.means, second.means);
  EXPECT_EQ(first.covariances, second.covariances);
  EXPECT_EQ(a.report.penalised_log_likelihood, b.report.penalised_log_likelihood);
}

TEST(FitStructured, ThreadsAndInterruptionsChangeNothing) {
  const Matrix<Complex> x = samples_of_three<Complex>(8, 700, 6);
  for (const auto type : all_types) {
    for (const Index batch : {0, 150}) {
      SCOPED_TRACE(name(type) + " " + std::to_string(batch));
      auto options = options_for<Complex>(type, 2, 4);
      options.batch = batch;
      options.passes = 6;
      options.threads = 1;
      const auto whole = fit_to(x, options);
      options.threads = 3;
      expect_same(fit_to(x, options), whole);
      // A checkpoint follows every pass but the last.
      MemoryCheckpoint checkpoint;
      options.checkpoint = &checkpoint;
      options.passes = 4;
      (void)fit_to(x, options);
      checkpoint.chosen = static_cast<int>(checkpoint.states.size()) - 1;
      options.passes = 6;
      expect_same(fit_to(x, options), whole);
    }
  }
}

TEST(FitStructured, SpectraNotKeptGiveTheSame) {
  const Matrix<double> x = samples_of_three<double>(8, 700, 7);
  auto options = options_for<double>(CovarianceType::circulant, 1, 8);
  options.passes = 5;
  const auto kept = fit_to(x, options);
  options.spectra_bytes = 0;
  expect_same(fit_to(x, options), kept);
}

// Equal samples, constant entries, fewer samples than entries, one far off, a large offset: numbers
// or a clear error.
TEST(FitStructured, IllPosedSamplesGiveAUsableModelOrAnError) {
  std::map<std::string, Matrix<double>> cases;
  cases["repeated"] = samples_of_three<double>(8, 5, 8).replicate(1, 8);
  cases["constant"] = samples_of_three<double>(8, 100, 8);
  cases["constant"].row(3).setConstant(2.0);
  cases["few"] = samples_of_three<double>(8, 4, 8);
  cases["outlier"] = samples_of_three<double>(8, 100, 8);
  cases["outlier"].col(7) *= 1e6;
  cases["offset"] = samples_of_three<double>(8, 200, 8).array() + 1e5;
  for (const auto& [what, x] : cases) {
    for (const auto type : all_types) {
      for (const double regularisation : {0.0, 0.2}) {
        SCOPED_TRACE(what + " " + name(type) + " " + std::to_string(regularisation));
        auto options = options_for<double>(type, 4, 2);
        options.passes = 10;
        options.regularisation = regularisation;
        try {
          const auto prior = written_out(fit_to(x, options));
          EXPECT_TRUE(log_density<double>(prior, x, 1e-3).allFinite());
        } catch (const Error& error) {
          EXPECT_EQ(regularisation, 0.0) << error.what();
        }
      }
    }
  }
}

TEST(FitStructured, OptionsThatDoNotFitAreRefused) {
  const Matrix<double> x = samples_of_three<double>(8, 50, 9);
  const auto refused = [&](const MixtureFitOptions<double>& options) {
    EXPECT_THROW((void)fit_to(x, options), Error) << name(options.covariance);
  };
  auto options = options_for<double>(CovarianceType::block_circulant, 3, 4);
  refused(options);
  options.blocks.clear();
  refused(options);
  options = options_for<double>(CovarianceType::diag, 2, 4);
  options.blocks = {2, 4};
  refused(options);
  options = options_for<double>(CovarianceType::low_rank, 2, 4);
  options.rank = 9;
  refused(options);
  options.rank = 0;
  refused(options);
  options = options_for<double>(CovarianceType::diag, 2, 4);
  Generator generator(1);
  options.start = test::random_mixture<double>(8, 3, generator);
  refused(options);
}

}  // namespace
}  // namespace pellucid
