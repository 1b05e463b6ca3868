// SPDX-License-Identifier: BSD-3-Clause

// Principal components by `fit_low_rank`, samples in memory, beside the floor: one `syrk` (`herk`)
// of the samples as they lie and one `syevd` (`heevd`), OpenBLAS with as many threads. Wider than
// tall, both are of the Gram matrix. Where neither matrix is formed (`free`), the floor is not run:
// its operations are counted. Results are checked by their residuals before anything is timed.

#include <benchmark/benchmark.h>
#include <cblas.h>

#include <cstdio>
#include <random>
#include <string>

#include "linalg/blas.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/prior/low_rank.hpp"

namespace {

using namespace pellucid;

struct Shape {
  const char* title;
  Index dim, count, rank;
  bool floor;
};

constexpr Shape kShapes[] = {
    {"tall_60000x784", 784, 60000, 64, true},
    {"wide_784x60000", 60000, 784, 64, true},
    {"square_4000", 4000, 4000, 10, true},
    {"free_20000", 20000, 20000, 64, false},
};

template <class T>
constexpr const char* kType = is_complex<T> ? "complex128" : "float64";

/// Noise on top of directions whose standard deviations fall as 1 / i, and a mean.
template <class T>
Matrix<T> make_samples(const Shape& shape) {
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal;
  const auto fill = [&](Index rows, Index cols) {
    Matrix<T> m(rows, cols);
    auto* entry = reinterpret_cast<double*>(m.data());
    for (Index i = 0; i < m.size() * (is_complex<T> ? 2 : 1); ++i) entry[i] = normal(generator);
    return m;
  };
  Matrix<T> samples = fill(shape.dim, shape.count);
  const Index spikes = 2 * shape.rank;
  Matrix<T> directions = fill(shape.dim, spikes);
  for (Index i = 0; i < spikes; ++i) directions.col(i) /= T(0.1 * static_cast<double>(i + 1));
  const linalg::SingleThreadedBlas blas;
  const Matrix<T> weights = fill(spikes, shape.count);
  linalg::multiply<T>(linalg::Op::none, T(1), directions, weights, T(1), samples);
  samples.array() += T(1);
  return samples;
}

/// Throws where `|C u - lambda u|` exceeds 2e-8 lambda_1 for some pair: the fit promises 1e-8.
template <class T>
void check(const std::string& title, const Matrix<T>& samples, const LowRank<T>& fit) {
  const auto count = static_cast<double>(samples.cols());
  const Index k = fit.rank();
  Matrix<T> scores(samples.cols(), k), image(samples.rows(), k);
  linalg::multiply<T>(linalg::Op::adjoint, T(1), samples, fit.eigenvectors, T(0), scores);
  scores.rowwise() -= (fit.mean.adjoint() * fit.eigenvectors).eval();
  linalg::multiply<T>(linalg::Op::none, T(1 / count), samples, scores, T(0), image);
  image -= fit.mean * (scores.colwise().sum() / T(count));
  image -= fit.eigenvectors * fit.eigenvalues.template cast<T>().asDiagonal();
  const double worst = image.colwise().norm().maxCoeff() / fit.eigenvalues(0);
  if (worst <= 2e-8) return;
  throw std::runtime_error(title + ": residual " + std::to_string(worst) + " of lambda_1");
}

template <class T>
void fit(benchmark::State& state, const Shape& shape, int threads, const std::string& title) {
  const Matrix<T> samples = make_samples<T>(shape);
  const MatrixSource<T> source(samples);
  LowRank<T> model = fit_low_rank<T>(source, shape.rank, threads);
  check(title, samples, model);
  for (auto _ : state) {
    model = fit_low_rank<T>(source, shape.rank, threads);
    benchmark::DoNotOptimize(model.eigenvectors.data());
  }
}

template <class T>
void floor_of(benchmark::State& state, const Shape& shape, int threads) {
  const Matrix<T> samples = make_samples<T>(shape);
  openblas_set_num_threads(threads);
  const bool tall = shape.count >= shape.dim;
  const Index n = std::min(shape.dim, shape.count);
  Matrix<T> product(n, n);
  Eigen::VectorXd values;
  for (auto _ : state) {
    product.setZero();
    const auto form = tall ? CblasNoTrans : is_complex<T> ? CblasConjTrans : CblasTrans;
    const int size = static_cast<int>(n),
              inner = static_cast<int>(std::max(shape.dim, shape.count));
    const int stride = static_cast<int>(shape.dim);
    if constexpr (is_complex<T>) {
      cblas_zherk(CblasColMajor, CblasLower, form, size, inner, 1.0, samples.data(), stride, 0.0,
                  product.data(), size);
    } else {
      cblas_dsyrk(CblasColMajor, CblasLower, form, size, inner, 1.0, samples.data(), stride, 0.0,
                  product.data(), size);
    }
    linalg::eigh<T>(product, values);
    benchmark::DoNotOptimize(values.data());
  }
}

template <class T>
void add(const Shape& shape) {
  for (const int threads : {1, thread_count(0)}) {
    const auto name = [&](const char* what) {
      return std::string(what) + "/" + shape.title + "/" + kType<T> +
             "/threads:" + std::to_string(threads);
    };
    const std::string title = name("pca");
    benchmark::RegisterBenchmark(
        title.c_str(), [=](benchmark::State& state) { fit<T>(state, shape, threads, title); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
    if (shape.floor) {
      benchmark::RegisterBenchmark(
          name("floor").c_str(),
          [=](benchmark::State& state) { floor_of<T>(state, shape, threads); })
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    }
    if (thread_count(0) == 1) break;
  }
}

}  // namespace

int main(int argc, char** argv) try {
  for (const Shape& shape : kShapes) {
    add<double>(shape);
    if (shape.floor) add<std::complex<double>>(shape);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "pca_bench: %s\n", error.what());
  return 1;
}
