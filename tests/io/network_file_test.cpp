// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include "network/random_tensors.hpp"
#include "pellucid/io/model_file.hpp"
#include "pellucid/model/access.hpp"

namespace pellucid::test {
namespace {

using Complex = std::complex<double>;

template <class T>
void expect_round_trip(const NetworkArchitecture& architecture, std::vector<Index> shape) {
  Model model;
  const NamedTensors tensors = random_tensors(architecture);
  model.shape = std::move(shape);
  const NetworkPrior<T> prior{architecture, std::make_shared<const NamedTensors>(tensors)};
  if constexpr (is_complex<T>) {
    model.prior = ComplexPrior(prior);
  } else {
    model.prior = RealPrior(prior);
  }
  model.offset = Eigen::VectorXcd::Zero(model.dim());
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / "network_file_test";
  write_model(path, model);
  const Model got = read_model(path);
  std::filesystem::remove(path);
  EXPECT_EQ(got.kind(), "network");
  EXPECT_EQ(got.shape, model.shape);
  const auto& read = std::get<NetworkPrior<T>>(prior_as<T>(got));
  EXPECT_EQ(read.architecture, architecture);
  EXPECT_EQ(*read.tensors, tensors);
}

TEST(NetworkFile, EveryArchitectureRoundTrips) {
  expect_round_trip<double>(
      {{1, 6}, MlpArchitecture{5, 2, 3, 2, 4}, Conditioning::log_snr, Prediction::clean, -12.5, 30},
      {2, 3});
  NetworkArchitecture cnn{{2, 6}, CnnArchitecture{}};
  cnn.prediction = Prediction::posterior_mean;
  expect_round_trip<double>(cnn, {2, 6});
  expect_round_trip<Complex>({{2, 8}, UnetArchitecture{.channels = 2}}, {8});
}

}  // namespace
}  // namespace pellucid::test
