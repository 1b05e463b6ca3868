// SPDX-License-Identifier: BSD-3-Clause

// The step loop allocates nothing: malloc is counted while a warm process runs.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>

#include "pellucid/denoiser/mixture_denoiser.hpp"
#include "pellucid/reverse/process.hpp"
#include "support/golden.hpp"

extern "C" void* __libc_malloc(std::size_t);

namespace {
std::atomic<long> allocations{0};
}

extern "C" void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}

namespace pellucid {
namespace {

TEST(ReverseProcess, AllocatesNothingInItsLoop) {
  const MixtureDenoiser<float> denoiser(test::golden_mixture<double>("mixture_small"), 1);
  const Grid grid = observation_grid(Schedule(), 0.0, {50});
  const std::vector<std::uint64_t> numbers(8, 0);
  const RandomStream random(1, Purpose::reverse_noise);
  for (const double resampling : {0.0, 1.0}) {
    ReverseProcess<float> process(denoiser, {Rule::posterior, resampling});
    Matrix<float> x = Matrix<float>::Ones(12, 8);
    process.run(x, {&grid, 1}, numbers, random);  // BLAS makes its buffers on first use
    x.setOnes();
    const long before = allocations;
    process.run(x, {&grid, 1}, numbers, random);
    EXPECT_EQ(allocations - before, 0);
  }
}

}  // namespace
}  // namespace pellucid
