// SPDX-License-Identifier: BSD-3-Clause
#include "training/torch_network.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "network/random_tensors.hpp"
#include "pellucid/network/network.hpp"

namespace pellucid::test {
namespace {

using training::Numbers;
using training::TrainingBatch;

struct Flat {
  Numbers weights, statistics;
};

Flat flat_of(const NetworkArchitecture& architecture, const NamedTensors& tensors) {
  const training::WeightLayout layout(architecture);
  Flat flat{Numbers::Zero(layout.weights), Numbers::Zero(layout.statistics)};
  for (const auto& entry : layout.entries) {
    Numbers& numbers = entry.learnt ? flat.weights : flat.statistics;
    const auto& values = tensors.at(entry.name).values;
    std::copy(values.begin(), values.end(), numbers.data() + entry.offset);
  }
  return flat;
}

TrainingBatch batch_of(const NetworkArchitecture& architecture, Index rows) {
  training::TrainingSamples samples;
  samples.values = Eigen::MatrixXf::Random(architecture.entries(), 2 * rows + 2);
  NetworkTrainingOptions options;
  options.batch = rows;
  const auto recipe = training::make_recipe(options, architecture, samples.count(), nullptr);
  training::BatchMaker maker(samples, architecture, recipe, options);
  TrainingBatch batch;
  maker.make_training(0, batch);
  return batch;
}

std::vector<NetworkArchitecture> architectures() {
  const CnnArchitecture cnn{{2, 8, 12}, {12, 7, 2}, 8, 2, true, 3};
  const CnnArchitecture cnn_1d{{1, 6, 8}, {8, 5, 1}, 8, 1, false, 5};
  const UnetArchitecture unet{1, 8, {1, 2, 4}, 2, 3}, unet_1d{2, 8, {1, 2}, 1, 3};
  std::vector<NetworkArchitecture> all{{{2, 8, 12}, cnn},
                                       {{1, 20}, cnn_1d},
                                       {{1, 12, 8}, unet},
                                       {{2, 16}, unet_1d},
                                       {{2, 9}, MlpArchitecture{24, 2, 5, 3, 8}},
                                       {{1, 9}, MlpArchitecture{16, 1, 0, 1, 8}}};
  const auto by_steps = all;
  for (NetworkArchitecture architecture : by_steps) {
    architecture.conditioning = Conditioning::log_snr;
    architecture.prediction = Prediction::velocity;
    all.push_back(architecture);
  }
  return all;
}

// The level of each row, from the level's embedding: angle i = 0 has frequency 1, but is known up
// to whole turns only, so the last ones, of low frequencies, say which.
double number_of(const Eigen::MatrixXf& embedding, Index level) {
  const Index half = embedding.rows() / 2;
  const double slow = std::atan2(embedding(half - 1, level), embedding(2 * half - 1, level)) * 1e4;
  const double rest = std::atan2(embedding(0, level), embedding(half, level));
  const double turn = 2 * M_PI;
  return rest + turn * std::round((slow - rest) / turn);
}

TEST(TorchNetwork, ComputesWhatTheInferenceEngineDoes) {
  for (const NetworkArchitecture& architecture : architectures()) {
    const NamedTensors tensors = random_tensors(architecture);
    const Flat flat = flat_of(architecture, tensors);
    const TrainingBatch batch = batch_of(architecture, 16);
    const Eigen::MatrixXf outputs =
        training::torch_outputs(architecture, batch, flat.weights, flat.statistics, false);
    const Eigen::MatrixXf rounded =
        training::torch_outputs(architecture, batch, flat.weights, flat.statistics, true);
    const Network network(architecture, tensors);
    const auto work = network.workspace();
    Eigen::VectorXf expected(architecture.entries());
    double error = 0, of_rounded = 0, largest = 0;
    for (Index row = 0; row < batch.rows; ++row) {
      const double number = number_of(batch.embedding, row / batch.group);
      const bool by_steps = architecture.conditioning == Conditioning::step;
      network.run(network.condition(by_steps ? std::round(number) + 1 : number),
                  batch.inputs.col(row).data(), expected.data(), *work);
      largest = std::max<double>(largest, expected.cwiseAbs().maxCoeff());
      error = std::max<double>(error, (outputs.col(row) - expected).cwiseAbs().maxCoeff());
      of_rounded =
          std::max<double>(of_rounded, (rounded.col(row) - expected).cwiseAbs().maxCoeff());
    }
    // The level is known here to 1e-3 of an angle in single precision times 1e4 at worst.
    EXPECT_LT(error, 1e-5 * largest) << architecture.kind() << name(architecture.conditioning);
    EXPECT_LT(of_rounded, 5e-2 * largest);
    EXPECT_GT(of_rounded, 1e-5 * largest);
  }
}

TEST(TorchNetwork, GradientIsThatOfFiniteDifferences) {
  for (const NetworkArchitecture& architecture : architectures()) {
    for (const TrainingLoss kind : {TrainingLoss::l2, TrainingLoss::l1}) {
      Flat flat = flat_of(architecture, random_tensors(architecture));
      const TrainingBatch batch = batch_of(architecture, 16);
      const auto network =
          training::make_torch_network(architecture, kind, TrainingDevice::cpu, false);
      Numbers gradient = Numbers::Zero(flat.weights.size()), unused = gradient;
      const Numbers statistics = flat.statistics;
      const double loss = network->gradient(batch, flat.weights, flat.statistics, gradient);
      EXPECT_TRUE(std::isfinite(loss));
      const double slope = gradient.cast<double>().squaredNorm();
      const auto loss_at = [&](double step) {
        Numbers moved = flat.weights + static_cast<float>(step) * gradient, s = statistics;
        return network->gradient(batch, moved, s, unused);
      };
      // Along the gradient the loss changes by its squared length; single precision of the losses
      // and the third derivative leave 1 to 2 %, kinks of ReLU and l1 a little more.
      const double step = 2e-3 * std::max(loss, 0.1) / slope;
      EXPECT_NEAR((loss_at(step) - loss_at(-step)) / (2 * step) / slope, 1.0, 0.05)
          << architecture.kind();
    }
  }
}

TEST(TorchNetwork, RunningStatisticsFollowTheBatchWithMomentum) {
  const NetworkArchitecture architecture{{1, 8, 8}, CnnArchitecture{{1, 3, 4}, {4, 1}, 4, 1, true}};
  Flat flat = flat_of(architecture, random_tensors(architecture));
  const auto network =
      training::make_torch_network(architecture, TrainingLoss::l2, TrainingDevice::cpu, false);
  const TrainingBatch batch = batch_of(architecture, 16);
  const Numbers before = flat.statistics;
  Numbers of_batch = before, gradient = Numbers::Zero(flat.weights.size());
  network->follow_statistics(batch, flat.weights, 1.0, of_batch);
  (void)network->gradient(batch, flat.weights, flat.statistics, gradient);
  EXPECT_LT((flat.statistics - (0.9F * before + 0.1F * of_batch)).cwiseAbs().maxCoeff(), 1e-6F);
  EXPECT_GT((of_batch - before).cwiseAbs().maxCoeff(), 1e-2F);
}

TEST(TorchNetwork, RefusesADeviceThatIsNotThere) {
  const NetworkArchitecture architecture{{1, 4}, MlpArchitecture{8, 1, 2, 1, 4}};
  try {
    (void)training::make_torch_network(architecture, TrainingLoss::l2, TrainingDevice::cuda, false);
    GTEST_SKIP() << "there is a CUDA device";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).substr(0, 12), "device: cuda");
  }
}

}  // namespace
}  // namespace pellucid::test
