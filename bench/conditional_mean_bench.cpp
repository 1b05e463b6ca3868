// SPDX-License-Identifier: BSD-3-Clause

// The exact conditional mean E[x | y] of a Gaussian mixture through the library's `Estimator`, on
// all cores: many samples in one call, and one sample a call (latency).
//
// `flops` counts the useful operations of the two-product form: 2 N^2 real operations (complex: 8
// N^2) to rotate a sample into each of K eigenbases, and as many to rotate back from each component
// whose posterior weight exceeds 1e-6 (`active`, of the checked samples). An algorithm that avoids
// some of that work may exceed the processor's peak. Bytes: samples read, estimates written, and
// one matrix a component read once a call.

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "mixtures.hpp"
#include "pellucid/pellucid.hpp"
#include "plain_mixture.hpp"

namespace {

using namespace pellucid;

/// A mixture and its estimator, made when first used; clean samples of the mixture.
template <class T>
class Subject {
 public:
  using Make = std::function<GaussianMixture<Wide<T>>()>;

  Subject(Make make, Index samples) : make_(std::move(make)), samples_(samples) {}

  void prepare() {
    if (estimator_) return;
    prior_ = make_();
    clean_ = draw(prior_, samples_, 1);
    std::mt19937_64 generator(2);
    noise_ = bench::normal_matrix<Wide<T>>(prior_.dim(), samples_, generator);
    estimator_ = std::make_unique<Estimator<T>>(bench::model_of(prior_));
  }

  [[nodiscard]] const GaussianMixture<Wide<T>>& prior() const { return prior_; }
  [[nodiscard]] const Estimator<T>& estimator() const { return *estimator_; }
  [[nodiscard]] Matrix<T> noisy(double variance) const {
    return (clean_ + Wide<T>(std::sqrt(variance)) * noise_).template cast<T>();
  }

 private:
  Make make_;
  Index samples_;
  GaussianMixture<Wide<T>> prior_;
  Matrix<Wide<T>> clean_, noise_;
  std::unique_ptr<const Estimator<T>> estimator_;
};

/// Compares `checked` columns, spread over the batch, with the plain definition; returns the mean
/// number of components above 1e-6 in them.
template <class T>
double check(const std::string& title, const Subject<T>& subject, const Matrix<T>& noisy,
             const Matrix<T>& estimates, double variance, Index checked) {
  const auto pick = [&](const Matrix<T>& from) {
    Matrix<Wide<T>> columns(from.rows(), checked);
    for (Index i = 0; i < checked; ++i) {
      columns.col(i) = from.col(i * from.cols() / checked).template cast<Wide<T>>();
    }
    return columns;
  };
  const bench::PlainMixture<Wide<T>> plain(subject.prior(), variance);
  const Matrix<Wide<T>> y = pick(noisy);
  const bool single = sizeof(RealOf<T>) == sizeof(float);
  bench::require_close(title, pick(estimates).template cast<std::complex<double>>(),
                       plain.conditional_mean(y).template cast<std::complex<double>>(),
                       single ? 1e-4 : 1e-9);
  const Eigen::MatrixXd weights = plain.posterior_weights(y);
  return static_cast<double>((weights.array() > 1e-6).count()) / static_cast<double>(checked);
}

template <class T>
void count_work(benchmark::State& state, const GaussianMixture<Wide<T>>& prior, double samples,
                double active) {
  using benchmark::Counter;
  const auto components = static_cast<double>(prior.components());
  const auto dim = static_cast<double>(prior.dim());
  const double flops = (is_complex<T> ? 8.0 : 2.0) * dim * dim * (components + active) * samples;
  const double entries = 2.0 * dim * samples + components * dim * dim;
  state.counters["flops"] = Counter(flops, Counter::kIsIterationInvariantRate);
  state.counters["active"] = active;
  state.counters["per_sample"] =
      Counter(samples, Counter::kIsIterationInvariantRate | Counter::kInvert);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(entries * sizeof(T)));
}

/// All samples in one call.
template <class T>
void many(benchmark::State& state, const std::string& title, Subject<T>& subject, double snr_db,
          Index checked) {
  subject.prepare();
  const double variance = std::pow(10.0, -snr_db / 10.0);
  const Noise noise = Noise::std(std::sqrt(variance));
  const Matrix<T> noisy = subject.noisy(variance);
  Matrix<T> estimates = subject.estimator().denoise(noisy, noise);
  const double active = check(title, subject, noisy, estimates, variance, checked);
  for (auto _ : state) {
    estimates = subject.estimator().denoise(noisy, noise);
    benchmark::DoNotOptimize(estimates.data());
  }
  count_work<T>(state, subject.prior(), static_cast<double>(noisy.cols()), active);
}

/// A different sample in every call.
template <class T>
void one(benchmark::State& state, const std::string& title, Subject<T>& subject, double snr_db,
         Index checked) {
  subject.prepare();
  const double variance = std::pow(10.0, -snr_db / 10.0);
  const Noise noise = Noise::std(std::sqrt(variance));
  const Matrix<T> noisy = subject.noisy(variance).leftCols(256);
  Matrix<T> estimates(noisy.rows(), noisy.cols());
  for (Index i = 0; i < noisy.cols(); ++i) {
    estimates.col(i) = subject.estimator().denoise(noisy.col(i), noise);
  }
  const double active = check(title, subject, noisy, estimates, variance, checked);
  Index i = 0;
  for (auto _ : state) {
    const Matrix<T> estimate = subject.estimator().denoise(noisy.col(i), noise);
    benchmark::DoNotOptimize(estimate.data());
    i = (i + 1) % noisy.cols();
  }
  count_work<T>(state, subject.prior(), 1.0, active);
}

template <class T>
using Run = void (*)(benchmark::State&, const std::string&, Subject<T>&, double, Index);

template <class T>
void add(Run<T> run, const std::string& sizes, const std::shared_ptr<Subject<T>>& subject,
         std::initializer_list<double> snrs_db, Index checked) {
  for (const double snr_db : snrs_db) {
    const std::string title = "conditional_mean/" + sizes + "/" +
                              std::to_string(static_cast<int>(snr_db)) + "dB/" +
                              std::string(name(dtype_of<T>()));
    benchmark::RegisterBenchmark(
        title.c_str(),
        [=](benchmark::State& state) { run(state, title, *subject, snr_db, checked); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
}

template <class T>
void add_real() {
  const auto paper = std::make_shared<Subject<T>>(
      [] { return bench::read_mixture<double>(PELLUCID_GOLDEN "/mixture_paper"); }, 10000);
  add<T>(many<T>, "K128_N64_n10000", paper, {-20, 0, 10, 20}, 32);
  add<T>(one<T>, "K128_N64_n1", paper, {-20, 20}, 32);
  const auto wide =
      std::make_shared<Subject<T>>([] { return bench::random_mixture<double>(784, 64, 1); }, 1000);
  add<T>(many<T>, "K64_N784_n1000", wide, {-20, 20}, 4);
}

template <class T>
void add_complex() {
  const auto subject = std::make_shared<Subject<T>>(
      [] { return bench::random_mixture<std::complex<double>>(64, 32, 1); }, 10000);
  add<T>(many<T>, "complex_K32_N64_n10000", subject, {-20, 20}, 32);
}

}  // namespace

int main(int argc, char** argv) try {
  add_complex<std::complex<float>>();
  add_complex<std::complex<double>>();
  add_real<float>();
  add_real<double>();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "conditional_mean_bench: %s\n", error.what());
  return 1;
}
