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
//
// Circulant covariances of long samples say in `times_floor` how many times the floor a pass takes:
// one read of the samples and, per sample and component, the products of N (complex: N and 2 N)
// numbers for quadratic and for linear terms, for responsibilities and for sums, at the speed that
// `gemm` has on them here.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "linalg/blas.hpp"
#include "mixtures.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/base/random.hpp"
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

// White noise under a circular filter of each component's own, about its own mean.
template <class T>
Matrix<T> stationary_samples(Index dim, Index components, Index count) {
  constexpr Index taps = 8;
  const RandomStream stream(1, Purpose::probe);
  Matrix<T> filters(taps, components), means(dim, components), noise(dim, count);
  stream.normal<T>(0, 0, filters);
  stream.normal<T>(0, 1, means);
  stream.normal<T>(0, 2, noise);
  Matrix<T> samples(dim, count);
  parallel_for(count, 0, [&](Index j, int) {
    const Index k = j % components;
    samples.col(j) = means.col(k);
    for (Index i = 0; i < dim; ++i) {
      for (Index t = 0; t < taps; ++t) samples(i, j) += filters(t, k) * noise((i + t) % dim, j);
    }
  });
  return samples;
}

// Seconds of one read of the samples, and of the products of a pass by circulant covariances.
template <class T>
double floor_seconds(const Matrix<T>& samples, Index components) {
  const linalg::SingleThreadedBlas blas;
  constexpr Index block = 512;
  const Index blocks = (samples.cols() + block - 1) / block;
  const Index numbers = (is_complex<T> ? 3 : 2) * samples.rows();  // squares, and (real) parts
  const Eigen::MatrixXd spectra = Eigen::MatrixXd::Random(numbers, block);
  const Eigen::MatrixXd weights = Eigen::MatrixXd::Random(numbers, components);
  std::vector<double> sums(static_cast<std::size_t>(blocks));
  std::vector<Eigen::MatrixXd> sides(static_cast<std::size_t>(thread_count(0)));
  for (auto& side : sides) side = Eigen::MatrixXd::Zero(numbers, components);
  const auto begin = std::chrono::steady_clock::now();
  parallel_for(blocks, 0, [&](Index task, int worker) {
    const Index first = task * block, count = std::min(block, samples.cols() - first);
    sums[static_cast<std::size_t>(task)] = samples.middleCols(first, count).cwiseAbs2().sum();
    Eigen::MatrixXd scores(components, count);
    linalg::multiply<double>(linalg::Op::adjoint, 1.0, weights, spectra.leftCols(count), 0.0,
                             scores);
    linalg::multiply<double>(linalg::Op::none, 1.0, spectra.leftCols(count),
                             scores.transpose().eval(), 1.0,
                             sides[static_cast<std::size_t>(worker)]);
  });
  benchmark::DoNotOptimize(sums.data());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

template <class T>
void add_type(CovarianceType type, Index dim, Index components, Index samples) {
  const std::string title = "em_pass_" + name(type) + "/K" + std::to_string(components) + "_N" +
                            std::to_string(dim) + "_n" + std::to_string(samples) + "/" +
                            std::string(name(dtype_of<T>()));
  const auto run = [=](benchmark::State& state) {
    constexpr Index long_samples = 512;
    const bool is_long = dim >= long_samples;
    const Matrix<T> x = is_long ? stationary_samples<T>(dim, components, samples)
                                : draw(bench::random_mixture<T>(dim, components, 1), samples, 1);
    check_type<T>(title, x, type);
    const auto seconds = [&](int passes) {
      const auto begin = std::chrono::steady_clock::now();
      benchmark::DoNotOptimize(fit_type<T>(x, type, components, passes).report.bic);
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    double passes = 0, floors = 0;
    for (auto _ : state) {
      const double once = seconds(1), pass = std::max(1e-6, (seconds(3) - once) / 2.0);
      state.SetIterationTime(pass);
      if (!is_long) continue;
      passes += pass;
      floors += floor_seconds<T>(x, components);
    }
    if (is_long) state.counters["times_floor"] = passes / floors;
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
  add_type<double>(CovarianceType::circulant, 1024, 32, 20000);
  add_type<std::complex<double>>(CovarianceType::circulant, 1024, 32, 20000);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "fit_bench: %s\n", error.what());
  return 1;
}
