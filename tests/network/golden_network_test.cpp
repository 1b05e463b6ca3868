// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include "pellucid/io/torch_checkpoint.hpp"
#include "pellucid/network/network.hpp"
#include "support/golden.hpp"

namespace pellucid::test {
namespace {

// The weights of a golden checkpoint: the names under `model.`.
NamedTensors golden_tensors(const std::string& name) {
  NamedTensors tensors;
  for (auto& [key, tensor] : read_torch_checkpoint(PELLUCID_TEST_DATA "/golden/" + name + ".pt")) {
    if (key.starts_with("model.")) tensors.emplace(key.substr(6), tensor);
  }
  return tensors;
}

// The predicted noise of every golden step and signal: the largest error over the largest entry, in
// bf16 of root mean squares.
void expect_golden_outputs(const std::string& name, const NetworkArchitecture& architecture,
                           Precision precision, double tolerance) {
  const Network network(architecture, golden_tensors(name), precision);
  const auto work = network.workspace(), of_two = network.workspace(2);
  const std::string path = PELLUCID_TEST_DATA "/golden/" + name;
  const Matrix<float> input = golden<float>(name + ".input");
  const Array steps = read_npy(path + ".steps.npy"), output = read_npy(path + ".output.npy");
  const Matrix<double> numbers = to_samples<double>(steps, path);
  const Matrix<float> expected = to_samples<float>(output, path);  // a step a column
  const Index entries = network.entries();
  Vector<float> noise(entries), together(entries);
  double worst = 0;
  for (Index step = 0; step < expected.cols(); ++step) {
    const auto condition = network.condition(numbers(step));
    for (Index j = 0; j < input.cols(); ++j) {
      network.run(condition, input.col(j).data(), noise.data(), *work);
      network.run(condition, input.col(j).data(), together.data(), *of_two);
      EXPECT_EQ(noise, together);  // bits do not depend on the number of threads
      const auto truth = expected.col(step).segment(j * entries, entries);
      const double error = precision == Precision::f32 ? relative_error(noise, truth)
                                                       : (noise - truth).norm() / truth.norm();
      worst = std::max(worst, error);
    }
  }
  EXPECT_LT(worst, tolerance) << name << ", " << pellucid::name(precision);
}

// Two implementations in single precision differ by rounding: up to 5e-6 of the largest entry.
constexpr double rounding = 1e-5;

TEST(GoldenNetwork, PredictsTheNoiseOfTheChannelEstimators) {
  const NetworkArchitecture architecture{{2, 64, 16}, CnnArchitecture{}};
  for (const char* name : {"cnn_3gpp", "cnn_quadriga"}) {
    expect_golden_outputs(name, architecture, Precision::f32, rounding);
    expect_golden_outputs(name, architecture, Precision::bf16x3, 5e-5);
    expect_golden_outputs(name, architecture, Precision::bf16, 5e-2);
  }
}

TEST(GoldenNetwork, PredictsTheNoiseOfTheUnets) {
  const std::pair<const char*, NetworkArchitecture> unets[] = {
      {"unet1d", {{2, 64}, UnetArchitecture{.channels = 2}}},
      {"unet2d", {{1, 28, 28}, UnetArchitecture{}}}};
  for (const auto& [name, architecture] : unets) {
    expect_golden_outputs(name, architecture, Precision::f32, rounding);
    expect_golden_outputs(name, architecture, Precision::bf16x3, 5e-5);
    expect_golden_outputs(name, architecture, Precision::bf16, 5e-2);
  }
}

}  // namespace
}  // namespace pellucid::test
