// SPDX-License-Identifier: BSD-3-Clause

// A radio receiver holds a denoiser and brings one observation after the other: nothing is
// allocated once it is warm.

#include <gtest/gtest.h>

#include "pellucid/io/import_network.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/network/network_denoiser.hpp"
#include "pellucid/reverse/process.hpp"
#include "support/counted_malloc.hpp"
#include "support/golden.hpp"

namespace pellucid::test {
namespace {

using Complex = std::complex<float>;

class ChannelEstimator : public testing::TestWithParam<int> {
 protected:
  ChannelEstimator() : model_(import_golden()), denoiser_(prior_of(model_), model_.schedule) {}

  static Model import_golden();
  static const NetworkPrior<std::complex<double>>& prior_of(const Model& model) {
    return std::get<NetworkPrior<std::complex<double>>>(prior_as<std::complex<double>>(model));
  }

  Model model_;
  NetworkDenoiser<Complex> denoiser_;
};

Model ChannelEstimator::import_golden() {
  const std::string path = PELLUCID_TEST_DATA "/golden/cnn_3gpp";
  return import_network(path + ".pt", path + ".sim_params.json");
}

TEST_P(ChannelEstimator, OneStepAllocatesNothing) {
  const auto work = denoiser_.workspace_of(GetParam());
  const Matrix<Complex> x_t = Matrix<Complex>::Random(denoiser_.dim(), 1);
  Matrix<Complex> x0(denoiser_.dim(), 1);
  const auto denoise = [&](int step) {
    const NoiseLevel level = model_.schedule.level(step);
    denoiser_.denoise(x_t, {&level, 1}, x0, *work);
  };
  denoise(10);
  const long before = allocations;
  for (int step = 1; step <= 20; ++step) denoise(step);
  EXPECT_EQ(allocations - before, 0);
}

TEST_P(ChannelEstimator, AWholeEstimateAllocatesNothing) {
  ReverseProcess<Complex> process(denoiser_, {}, GetParam());
  const std::vector<Grid> grids{
      round_to_steps(model_.schedule, observation_grid(model_.schedule, 0.0, {8}))};
  const std::vector<std::uint64_t> number{0};
  const RandomStream random(1, Purpose::reverse_noise);
  Matrix<Complex> x = Matrix<Complex>::Random(denoiser_.dim(), 1);
  process.run(x, grids, number, random);
  const long before = allocations;
  for (int observation = 0; observation < 3; ++observation) {
    x.setOnes();
    process.run(x, grids, number, random);
  }
  EXPECT_EQ(allocations - before, 0);
}

INSTANTIATE_TEST_SUITE_P(OfThreads, ChannelEstimator, testing::Values(1, 2));

}  // namespace
}  // namespace pellucid::test
