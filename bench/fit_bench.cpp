// SPDX-License-Identifier: BSD-3-Clause

// One pass of expectation-maximisation through `fit_mixture` on all cores, from a given start. A
// pass is timed as half the difference of a fit of three passes and one of a single pass:
// clustering and other work of the start cancel.
//
// `flops` counts, per sample and component, N^2 real operations (complex: 4 N^2) of a triangular
// solve for the responsibilities and N^2 for half of the scatter matrix, as if no responsibility
// were zero: a fit that skips zeros may exceed the processor's peak. Bytes: the samples, read once.
//
// Structured covariances are timed by the same difference, from k-means++, and have no `flops`:
// their products differ. Each is checked against the fit of one component, whose covariance is that
// of the samples within the structure.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "mixtures.hpp"
#include "pellucid/pellucid.hpp"
#include "plain_mixture.hpp"

namespace {

using namespace pellucid;

/// The start is the mixture that the samples are drawn from, its covariances half as large again.
template <class T>
struct Subject {
  Matrix<T> samples;
  GaussianMixture<T> start;
};

template <class T>
GaussianMixture<T> fit(const Subject<T>& subject, int passes) {
  MixtureFitOptions<T> options;
  options.passes = passes;
  options.tolerance = 0.0;
  options.restarts = 1;
  options.regularisation = 0.0;
  options.start = subject.start;
  return fit_mixture<T>(MatrixSource<T>(subject.samples), options).prior;
}

template <class T>
double seconds_of_fit(const Subject<T>& subject, int passes) {
  const auto begin = std::chrono::steady_clock::now();
  benchmark::DoNotOptimize(fit(subject, passes).weights.data());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

template <class T>
void check(const std::string& title, const Subject<T>& subject) {
  using Wider = std::complex<double>;
  const GaussianMixture<T> expected =
      bench::PlainMixture<T>(subject.start).em_pass(subject.samples);
  const GaussianMixture<T> fitted = fit(subject, 1);
  bench::require_close(title + " weights", fitted.weights.template cast<Wider>(),
                       expected.weights.template cast<Wider>(), 1e-9);
  bench::require_close(title + " means", fitted.means.template cast<Wider>(),
                       expected.means.template cast<Wider>(), 1e-9);
  for (std::size_t k = 0; k < expected.covariances.size(); ++k) {
    bench::require_close(title + " covariance", fitted.covariances[k].template cast<Wider>(),
                         expected.covariances[k].template cast<Wider>(), 1e-8);
  }
}

template <class T>
using Make = std::function<GaussianMixture<T>()>;

template <class T>
void run(benchmark::State& state, const std::string& title, const Make<T>& make, Index samples) {
  Subject<T> subject{{}, make()};
  subject.samples = draw(subject.start, samples, 1);
  for (auto& covariance : subject.start.covariances) covariance *= T(1.5);
  check(title, subject);
  for (auto _ : state) {
    const double once = seconds_of_fit(subject, 1);
    state.SetIterationTime(std::max(1e-6, (seconds_of_fit(subject, 3) - once) / 2.0));
  }
  const auto dim = static_cast<double>(subject.start.dim());
  const double pairs =
      static_cast<double>(samples) * static_cast<double>(subject.start.components());
  const double flops = (is_complex<T> ? 8.0 : 2.0) * dim * dim * pairs;
  state.counters["flops"] =
      benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
  state.SetBytesProcessed(state.iterations() * subject.samples.size() *
                          static_cast<std::int64_t>(sizeof(T)));
}

template <class T>
void add(const std::string& sizes, const Make<T>& make, Index samples) {
  const std::string title = "em_pass/" + sizes + "/" + std::string(name(dtype_of<T>()));
  benchmark::RegisterBenchmark(
      title.c_str(), [=](benchmark::State& state) { run<T>(state, title, make, samples); })
      ->UseManualTime()
      ->Iterations(3)
      ->Unit(benchmark::kMillisecond);
}

template <class T>
StructuredFit<T> fit_type(const Matrix<T>& samples, CovarianceType type, Index components,
                          int passes) {
  MixtureFitOptions<T> options;
  options.covariance = type;
  options.components = components;
  options.passes = passes;
  options.tolerance = 0.0;
  options.restarts = 1;
  options.rank = type == CovarianceType::low_rank ? 8 : 0;
  return fit_structured_mixture<T>(MatrixSource<T>(samples), options);
}

// One component without regularisation: mean square and mean of the samples, whatever the type.
template <class T>
void check_type(const std::string& title, const Matrix<T>& samples, CovarianceType type) {
  const StructuredFit<T> fit = fit_type<T>(samples, type, 1, 8);
  const Vector<T> mean = samples.rowwise().mean();
  const double variance =
      (samples.colwise() - mean).squaredNorm() / static_cast<double>(samples.size());
  std::visit(
      [&](const auto& prior) {
        using Wider = std::complex<double>;
        bench::require_close(title + " mean", prior.means.template cast<Wider>(),
                             mean.template cast<Wider>(), 1e-9);
        // Regularisation draws towards the same covariance. Steps of factors and of Toeplitz
        // covariances have not quite ended, and the best Toeplitz one has another trace.
        const bool exact = type != CovarianceType::low_rank && type != CovarianceType::toeplitz;
        const double tolerance = exact ? 1e-4 : 0.1;
        if (!(std::abs(average_variance(prior) - variance) < tolerance * variance)) {
          throw Error(title + ": variance is not that of the samples");
        }
      },
      fit.prior);
}

template <class T>
void add_type(CovarianceType type, Index dim, Index components, Index samples) {
  const std::string title = "em_pass_" + name(type) + "/K" + std::to_string(components) + "_N" +
                            std::to_string(dim) + "_n" + std::to_string(samples) + "/" +
                            std::string(name(dtype_of<T>()));
  const auto run = [=](benchmark::State& state) {
    const Matrix<T> x = draw(bench::random_mixture<T>(dim, components, 1), samples, 1);
    check_type<T>(title, x, type);
    const auto seconds = [&](int passes) {
      const auto begin = std::chrono::steady_clock::now();
      benchmark::DoNotOptimize(fit_type<T>(x, type, components, passes).report.bic);
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    for (auto _ : state) {
      const double once = seconds(1);
      state.SetIterationTime(std::max(1e-6, (seconds(3) - once) / 2.0));
    }
    state.SetBytesProcessed(state.iterations() * x.size() * static_cast<std::int64_t>(sizeof(T)));
  };
  benchmark::RegisterBenchmark(title.c_str(), run)
      ->UseManualTime()
      ->Iterations(3)
      ->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) try {
  add<double>(
      "K16_N32_n20000", [] { return bench::random_mixture<double>(32, 16, 1); }, 20000);
  add<double>(
      "K32_N64_n20000", [] { return bench::random_mixture<double>(64, 32, 1); }, 20000);
  add<double>(
      "K128_N64_n30000", [] { return bench::random_mixture<double>(64, 128, 1); }, 30000);
  add<std::complex<double>>(
      "complex_K16_N32_n20000",
      [] { return bench::random_mixture<std::complex<double>>(32, 16, 1); }, 20000);
  for (const auto type : {CovarianceType::tied, CovarianceType::diag, CovarianceType::spherical,
                          CovarianceType::circulant, CovarianceType::low_rank}) {
    add_type<double>(type, 64, 32, 20000);
  }
  add_type<double>(CovarianceType::toeplitz, 64, 8, 20000);
  add_type<std::complex<double>>(CovarianceType::circulant, 64, 32, 20000);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "fit_bench: %s\n", error.what());
  return 1;
}
