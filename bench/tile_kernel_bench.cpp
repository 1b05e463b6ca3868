// SPDX-License-Identifier: BSD-3-Clause

// Pellucid's own product kernels, to be held against kernel_bench's gemm in the same shapes: a
// tile of samples into the bases of K components with its quadratic forms (`rotate`), and back with
// posterior weights (`blend`), once per thread, for every instruction set of this machine. `flops`
// counts the products only, 2 K N^2 a sample; bytes are the matrices and the samples once.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "base/isa.hpp"
#include "linalg/tile_kernels.hpp"
#include "mixtures.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/io/array.hpp"
#include "plain_mixture.hpp"

namespace {

using namespace pellucid;

constexpr Index samples_per_tile = 256;

/// K matrices of N x N one below the other, and a tile of samples, plain and as kernels want them.
template <class Real>
struct Tile {
  Tile(const linalg::TileKernels<Real>& table, Index entries, Index count)
      : kernels(table), dim(entries), components(count) {
    std::mt19937_64 generator(1);
    matrices = bench::normal_matrix<double>(components * dim, dim, generator).cast<Real>();
    x = bench::normal_matrix<double>(dim, samples_per_tile, generator).cast<Real>();
    packed.resize(matrices.size());
    for (Index row = 0; row < matrices.rows(); ++row) {
      const Index block = row / linalg::block_rows, r = row % linalg::block_rows;
      for (Index c = 0; c < dim; ++c) {
        packed((block * dim + c) * linalg::block_rows + r) = matrices(row, c);
      }
    }
    panels.setZero(capacity() * dim);
    kernels.pack(x.data(), dim, nullptr, samples_per_tile, dim, panels.data());
  }

  /// Samples of whole panels.
  [[nodiscard]] Index capacity() const { return linalg::padded(samples_per_tile, kernels.width); }
  [[nodiscard]] linalg::PackedRows<Real> component(Index k) const {
    const linalg::PackedRows<Real> all{packed.data(), matrices.rows(), dim};
    return all.slice(k * dim, (k + 1) * dim);
  }

  const linalg::TileKernels<Real>& kernels;
  Index dim, components;
  Matrix<Real> matrices, x;
  Vector<Real> packed, panels;
};

/// What one thread writes.
template <class Real>
struct Output {
  Eigen::VectorXd energy;  // summed over components, a number a sample
  Vector<Real> sum;        // panels of the blended samples
};

template <class Real>
void rotate(const Tile<Real>& tile, Output<Real>& out) {
  const Vector<Real> zero = Vector<Real>::Zero(tile.dim), one = Vector<Real>::Ones(tile.dim);
  out.energy.setZero(tile.capacity());
  for (Index k = 0; k < tile.components; ++k) {
    tile.kernels.rotate(tile.component(k), tile.panels.data(), samples_per_tile,
                        {zero.data(), one.data()}, nullptr, out.energy.data(), nullptr);
  }
}

template <class Real>
void blend(const Tile<Real>& tile, Output<Real>& out) {
  const Vector<Real> zero = Vector<Real>::Zero(tile.dim);
  const Vector<Real> one = Vector<Real>::Ones(tile.capacity());
  out.sum.setZero(tile.panels.size());
  for (Index k = 0; k < tile.components; ++k) {
    tile.kernels.blend(tile.component(k), tile.panels.data(), samples_per_tile, zero.data(),
                       one.data(), one.data(), out.sum.data());
  }
}

/// Four samples against sums in double precision.
template <class Real>
void check(const std::string& title, const Tile<Real>& tile, const Output<Real>& out) {
  using Wider = std::complex<double>;
  const double tolerance = sizeof(Real) == sizeof(float) ? 1e-5 : 1e-13;
  const Eigen::MatrixXd x = tile.x.leftCols(4).template cast<double>();
  const Eigen::MatrixXd rotated = tile.matrices.template cast<double>() * x;
  if (out.energy.size() > 0) {
    const Eigen::MatrixXd expected = rotated.colwise().squaredNorm();
    const Eigen::MatrixXd energy = out.energy.head(4).transpose();
    bench::require_close(title, energy.cast<Wider>(), expected.cast<Wider>(), tolerance);
  } else {
    Eigen::MatrixXd expected = Eigen::MatrixXd::Zero(tile.dim, 4);
    for (Index k = 0; k < tile.components; ++k) {
      expected += rotated.middleRows(k * tile.dim, tile.dim);
    }
    Matrix<Real> sum(tile.dim, samples_per_tile);
    tile.kernels.unpack(out.sum.data(), tile.dim, nullptr, samples_per_tile, tile.dim, false,
                        sum.data(), tile.dim);
    const Eigen::MatrixXd result = sum.leftCols(4).template cast<double>();
    bench::require_close(title, result.cast<Wider>(), expected.cast<Wider>(), tolerance);
  }
}

template <class Real>
using Product = void (*)(const Tile<Real>&, Output<Real>&);

template <class Real>
void run(benchmark::State& state, const std::string& title, Product<Real> product,
         const Tile<Real>& tile, int threads) {
  std::vector<Output<Real>> outputs(static_cast<std::size_t>(threads));
  const auto all = [&] {
    parallel_for(threads, threads,
                 [&](Index task, int) { product(tile, outputs[static_cast<std::size_t>(task)]); });
  };
  all();
  for (const auto& out : outputs) check(title, tile, out);
  for (auto _ : state) {
    all();
    benchmark::ClobberMemory();
  }
  const double flops = 2.0 * static_cast<double>(tile.matrices.size()) *
                       static_cast<double>(samples_per_tile * threads);
  state.counters["flops"] =
      benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
  state.SetBytesProcessed(state.iterations() * (tile.packed.size() + threads * tile.x.size()) *
                          static_cast<std::int64_t>(sizeof(Real)));
}

template <class Real>
void add(Index dim, Index components) {
  for (const Isa isa : supported_isas()) {
    for (const auto& [label, product] :
         {std::pair<const char*, Product<Real>>{"rotate", rotate<Real>}, {"blend", blend<Real>}}) {
      for (const int threads : {1, 2}) {
        const std::string title =
            std::string(label) + "/K" + std::to_string(components) + "_N" + std::to_string(dim) +
            "_n256/" + std::string(name(dtype_of<Real>())) + "/" +
            std::string(pellucid::name(isa)) + "/threads:" + std::to_string(threads);
        const Product<Real> chosen = product;
        benchmark::RegisterBenchmark(title.c_str(),
                                     [=](benchmark::State& state) {
                                       const Tile<Real> tile(linalg::tile_kernels<Real>(isa), dim,
                                                             components);
                                       run<Real>(state, title, chosen, tile, threads);
                                     })
            ->UseRealTime()
            ->Unit(benchmark::kMicrosecond);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) try {
  add<float>(64, 128);
  add<double>(64, 128);
  add<float>(784, 4);
  add<double>(784, 4);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "tile_kernel_bench: %s\n", error.what());
  return 1;
}
