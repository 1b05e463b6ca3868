// SPDX-License-Identifier: BSD-3-Clause

// The matrix products that the conditional mean is made of, in its shapes, through OpenBLAS: one
// call per thread, each on its own columns. `flops` counts 2 m n k operations (complex: 8 m n k);
// bytes are the three matrices once.

#include <benchmark/benchmark.h>

#include <complex>
#include <cstdio>
#include <string>

#include "linalg/blas.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/io/array.hpp"
#include "plain_mixture.hpp"

namespace {

using namespace pellucid;

/// C (m x n) = op(A) B with inner dimension k.
struct Shape {
  const char* title;
  linalg::Op op;
  Index m, n, k;
};

// Rotation of 512 samples into the eigenbases of 128 components and back; one component at a time;
// the same for N = 784; and a square product, where gemm is at its best.
constexpr Shape kShapes[] = {
    {"rotate_K128_N64_n512", linalg::Op::adjoint, 8192, 512, 64},
    {"back_K128_N64_n512", linalg::Op::none, 64, 512, 8192},
    {"component_N64_n8192", linalg::Op::adjoint, 64, 8192, 64},
    {"component_N784_n1000", linalg::Op::adjoint, 784, 1000, 784},
    {"square_2048", linalg::Op::none, 2048, 2048, 2048},
};

template <class T>
Matrix<T> entries(Index rows, Index cols, unsigned seed) {
  std::srand(seed);
  return Matrix<T>::Random(rows, cols);
}

/// Four columns against sums written out, in double precision.
template <class T>
void check(const std::string& title, const Shape& shape, const Matrix<T>& a, const Matrix<T>& b,
           const Matrix<T>& c) {
  using Wider = std::complex<double>;
  Matrix<Wider> expected = Matrix<Wider>::Zero(shape.m, 4), result(shape.m, 4);
  for (Index column = 0; column < 4; ++column) {
    const Index j = column * (shape.n - 1) / 3;
    result.col(column) = c.col(j).template cast<Wider>();
    for (Index i = 0; i < shape.m; ++i) {
      for (Index l = 0; l < shape.k; ++l) {
        const Wider left =
            shape.op == linalg::Op::adjoint ? std::conj(Wider(a(l, i))) : Wider(a(i, l));
        expected(i, column) += left * Wider(b(l, j));
      }
    }
  }
  bench::require_close(title, result, expected, sizeof(RealOf<T>) == sizeof(float) ? 1e-5 : 1e-13);
}

template <class T>
void product(const Shape& shape, int threads, const Matrix<T>& a, const Matrix<T>& b,
             Matrix<T>& c) {
  parallel_for(threads, threads, [&](Index task, int) {
    const Index first = task * shape.n / threads, end = (task + 1) * shape.n / threads;
    linalg::multiply<T>(shape.op, T(1), a, b.middleCols(first, end - first), T(0),
                        c.middleCols(first, end - first));
  });
}

template <class T>
void run(benchmark::State& state, const std::string& title, const Shape& shape, int threads) {
  const bool adjoint = shape.op == linalg::Op::adjoint;
  const Matrix<T> a = adjoint ? entries<T>(shape.k, shape.m, 1) : entries<T>(shape.m, shape.k, 1);
  const Matrix<T> b = entries<T>(shape.k, shape.n, 2);
  Matrix<T> c(shape.m, shape.n);
  const linalg::SingleThreadedBlas single;
  product(shape, threads, a, b, c);
  check(title, shape, a, b, c);
  for (auto _ : state) {
    product(shape, threads, a, b, c);
    benchmark::DoNotOptimize(c.data());
  }
  const double flops = (is_complex<T> ? 8.0 : 2.0) * static_cast<double>(shape.m) *
                       static_cast<double>(shape.n) * static_cast<double>(shape.k);
  state.counters["flops"] =
      benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
  state.SetBytesProcessed(state.iterations() * (a.size() + b.size() + c.size()) *
                          static_cast<std::int64_t>(sizeof(T)));
}

template <class T>
void add() {
  for (const Shape& shape : kShapes) {
    for (const int threads : {1, thread_count(0)}) {
      const std::string title = std::string("gemm/") + shape.title + "/" +
                                std::string(name(dtype_of<T>())) +
                                "/threads:" + std::to_string(threads);
      benchmark::RegisterBenchmark(
          title.c_str(), [=](benchmark::State& state) { run<T>(state, title, shape, threads); })
          ->UseRealTime()
          ->Unit(benchmark::kMicrosecond);
      if (thread_count(0) == 1) break;
    }
  }
}

}  // namespace

int main(int argc, char** argv) try {
  add<float>();
  add<double>();
  add<std::complex<float>>();
  add<std::complex<double>>();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "kernel_bench: %s\n", error.what());
  return 1;
}
