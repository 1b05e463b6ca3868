// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include "base/isa.hpp"
#include "network/convolution_kernels_sets.hpp"
#include "network/random_tensors.hpp"
#include "network/workspace.hpp"
#include "pellucid/io/import_network.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/model/estimator.hpp"
#include "pellucid/network/network_denoiser.hpp"
#include "support/golden.hpp"

namespace pellucid::test {
namespace {

using Complex = std::complex<double>;
using network::NetworkKernels;

// All kernels that this machine runs, those that make bf16 products of f32 ones first.
std::vector<const NetworkKernels*> all_kernels() {
  std::vector<const NetworkKernels*> kernels{&network::baseline_kernels};
#ifdef __x86_64__
  for (const Isa isa : supported_isas()) {
    if (isa == Isa::avx2) kernels.push_back(&network::avx2_kernels);
    if (isa == Isa::avx512) kernels.push_back(&network::avx512_kernels);
    if (network::network_kernels(isa).bf16_products) {
      kernels.push_back(&network::avx512bf16_kernels);
    }
  }
#endif
  return kernels;
}

Eigen::VectorXf output_of(const NetworkArchitecture& architecture, const NetworkKernels& kernels,
                          Precision precision) {
  const NamedTensors tensors = random_tensors(architecture);
  const network::Plan plan = network::make_plan(architecture, tensors, {&kernels, precision});
  network::PlaneMemory memory(plan, 1);
  network::ConditionMemory condition_memory;
  std::vector<float> condition(plan.condition_size);
  network::condition_of(plan, 7, condition_memory, condition.data());
  std::srand(1);
  const Eigen::VectorXf x = Eigen::VectorXf::Random(architecture.entries());
  Eigen::VectorXf y(x.size());
  Team team(1);
  network::load_planes(plan, x.data(), 1, memory);
  network::run_layers(plan, condition.data(), 1, memory, team);
  network::store_planes(plan, memory, 1, y.data());
  return y;
}

// Rows of whole vectors in pairs, others, one spatial axis, several resolutions, and signals in
// place of pixels; numbers of channels that are odd.
std::vector<NetworkArchitecture> architectures() {
  return {{{2, 6, 16}, CnnArchitecture{{2, 9, 17}, {17, 21, 2}}},
          {{2, 5, 7}, CnnArchitecture{{2, 9, 17}, {17, 21, 2}}},
          {{2, 33}, CnnArchitecture{{2, 9, 17}, {17, 21, 2}}},
          {{1, 8, 8}, UnetArchitecture{}},
          {{1, 21}, MlpArchitecture{50, 2, 3, 2, 16}}};
}

// Sums are in another order, and numbers that differ by it are now and then rounded to neighbouring
// bfloat16: much less than the error of bfloat16 itself.
TEST(Precision, InstructionSetsAgree) {
  for (const NetworkArchitecture& architecture : architectures()) {
    for (const auto& [precision, tolerance] :
         {std::pair{Precision::f32, 2e-6}, {Precision::bf16x3, 2e-5}, {Precision::bf16, 5e-3}}) {
      const Eigen::VectorXf expected =
          output_of(architecture, network::baseline_kernels, precision);
      for (const NetworkKernels* kernels : all_kernels()) {
        EXPECT_LT(relative_error(output_of(architecture, *kernels, precision), expected), tolerance)
            << architecture.kind() << ", " << name(precision) << ", lanes " << kernels->lanes;
      }
    }
  }
}

TEST(Precision, ErrorsAreThoseOfRounding) {
  for (const NetworkArchitecture& architecture : architectures()) {
    const NetworkKernels& kernels = network::network_kernels();
    const Eigen::VectorXf single = output_of(architecture, kernels, Precision::f32);
    const double of_three =
        relative_error(output_of(architecture, kernels, Precision::bf16x3), single);
    EXPECT_LT(of_three, 3e-5) << architecture.kind();
    const double of_bf16 =
        relative_error(output_of(architecture, kernels, Precision::bf16), single);
    EXPECT_LT(of_bf16, 3e-2) << architecture.kind();
    EXPECT_GT(of_bf16, 1e-4) << architecture.kind();  // it is another arithmetic
  }
}

// Scaled to the errors of the estimate, rounding is a small part.
TEST(Precision, Bf16CostsLessThanOnePercentOfTheError) {
  for (const std::string name : {"cnn_3gpp", "cnn_quadriga"}) {
    const std::string path = PELLUCID_TEST_DATA "/golden/" + name;
    const Model model = import_network(path + ".pt", path + ".sim_params.json");
    const auto& prior = std::get<NetworkPrior<Complex>>(prior_as<Complex>(model));
    // A quarter of the golden channels where it takes long.
    const Matrix<Complex> all = golden<Complex>(name + ".channel.x");
    const Index count = all.cols() / (has_bf16_products() ? 1 : 4);
    const Matrix<Complex> clean = all.leftCols(count);
    const auto error = [&](int snr_db, Precision precision) {
      const Estimator<Complex> estimator(
          model, std::make_unique<NetworkDenoiser<Complex>>(prior, model.schedule, precision));
      const std::string at =
          name + ".channel.snr" + (snr_db < 0 ? "" : "+") + std::to_string(snr_db) + ".y";
      EstimateOptions options;
      options.method = Method::mean_forwarding;
      const Matrix<Complex> noisy = golden<Complex>(at).leftCols(count);
      return (estimator.denoise(noisy, Noise::snr_db(snr_db), options) - clean).squaredNorm();
    };
    for (const int snr_db : {-10, 0, 10, 20}) {
      const double ratio = error(snr_db, Precision::bf16) / error(snr_db, Precision::f32);
      EXPECT_NE(ratio, 1);
      EXPECT_NEAR(ratio, 1, 0.01) << name << ", " << snr_db << " dB";
      RecordProperty(name + std::to_string(snr_db), std::to_string(ratio));
    }
  }
}

// Samples at several levels in one batch, out of order: each as it would be alone.
TEST(Precision, IsTheCalibrationsAtEverySamplesLevel) {
  const std::string path = PELLUCID_TEST_DATA "/golden/cnn_3gpp";
  Model model = import_network(path + ".pt", path + ".sim_params.json");
  model.calibration.entries = {{-5, 2, Precision::bf16x3}, {10, 2, Precision::f32}};
  const Estimator<Complex> estimator(model);
  const Matrix<Complex> noisy = golden<Complex>("cnn_3gpp.channel.snr+0.y").leftCols(4);
  const double snrs_db[] = {10, -5, 12, -8};
  std::vector<double> noise_std;
  for (const double snr_db : snrs_db) noise_std.push_back(std::pow(10, -snr_db / 20));
  const Matrix<Complex> together = estimator.denoise(noisy, Noise::std_per_sample(noise_std));
  for (Index j = 0; j < noisy.cols(); ++j) {
    EstimateOptions alone;
    alone.method = Method::mean_forwarding;
    alone.steps = {2};
    const bool low = snrs_db[j] < 0;
    const auto with = [&](Precision precision) {
      alone.precision = precision;
      return estimator.denoise(noisy.col(j), Noise::std(noise_std[static_cast<std::size_t>(j)]),
                               alone);
    };
    EXPECT_EQ(together.col(j), with(low ? Precision::bf16x3 : Precision::f32));
    EXPECT_NE(together.col(j), with(low ? Precision::f32 : Precision::bf16x3));
  }
}

TEST(Precision, NamesAreThoseOfTheOption) {
  for (const Precision precision : {Precision::f32, Precision::bf16x3, Precision::bf16}) {
    EXPECT_EQ(parse_precision(name(precision)), precision);
  }
  EXPECT_THROW(static_cast<void>(parse_precision("fp32")), Error);
}

}  // namespace
}  // namespace pellucid::test
