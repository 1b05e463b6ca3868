// SPDX-License-Identifier: BSD-3-Clause

// The step loop allocates nothing: allocations are counted while a warm process runs.

#include <gtest/gtest.h>

#include "pellucid/denoiser/mixture_denoiser.hpp"
#include "pellucid/reverse/process.hpp"
#include "support/counted_malloc.hpp"
#include "support/golden.hpp"

namespace pellucid {
namespace {

template <class T>
void expect_no_allocation(const std::string& mixture, bool level_per_sample) {
  const MixtureDenoiser<T> denoiser(test::golden_mixture<Wide<T>>(mixture), 1);
  const Index count = 8;
  std::vector<Grid> grids;
  for (Index j = 0; j < (level_per_sample ? count : 1); ++j) {
    grids.push_back(observation_grid(Schedule(), static_cast<double>(j), {20}));
  }
  const std::vector<std::uint64_t> numbers(static_cast<std::size_t>(count), 0);
  const RandomStream random(1, Purpose::reverse_noise);
  for (const double resampling : {0.0, 1.0}) {
    ReverseProcess<T> process(denoiser, {Rule::posterior, resampling});
    Matrix<T> x = Matrix<T>::Ones(denoiser.dim(), count);
    process.run(x, grids, numbers, random);  // BLAS makes its buffers on first use
    x.setOnes();
    const long before = allocations;
    process.run(x, grids, numbers, random);
    EXPECT_EQ(allocations - before, 0) << mixture << ", re-sampling " << resampling;
  }
}

TEST(ReverseProcess, AllocatesNothingInItsLoop) {
  for (const bool level_per_sample : {false, true}) {
    expect_no_allocation<float>("mixture_small", level_per_sample);
    expect_no_allocation<double>("mixture_paper", level_per_sample);
    expect_no_allocation<std::complex<float>>("mixture_complex", level_per_sample);
    expect_no_allocation<std::complex<double>>("mixture_complex", level_per_sample);
  }
}

}  // namespace
}  // namespace pellucid
