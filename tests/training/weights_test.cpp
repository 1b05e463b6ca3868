// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <cmath>

#include "pellucid/base/error.hpp"
#include "support/random_priors.hpp"
#include "training/adam.hpp"
#include "training/batches.hpp"

namespace pellucid::test {
namespace {

using training::Numbers;

// Adam, clipping and the average by their formulas, in double precision.
TEST(Adam, FollowsItsFormulas) {
  const Index size = 70001;  // three tasks, the last one short
  training::LearntWeights learnt(Numbers::Random(size));
  Eigen::VectorXd w = learnt.weights.cast<double>(), average = w, m = Eigen::VectorXd::Zero(size),
                  v = m;
  for (int n = 1; n <= 20; ++n) {
    const Numbers gradient = Numbers::Random(size);
    const double norm = training::norm_of(gradient, 2);
    EXPECT_NEAR(norm, gradient.cast<double>().norm(), 1e-9 * norm);
    EXPECT_EQ(norm, training::norm_of(gradient, 1));
    training::adam_step(gradient, norm, {n, 0.01, 50.0, 0.1, 0.5, 2}, learnt);
    const Eigen::VectorXd g = gradient.cast<double>() * std::min(1.0, 50.0 / norm);
    m = 0.9 * m + 0.1 * g;
    v = 0.99 * v + 0.01 * g.cwiseAbs2();
    const Eigen::ArrayXd m_hat = m / (1 - std::pow(0.9, n)), v_hat = v / (1 - std::pow(0.99, n));
    w.array() -= 0.01 * (m_hat / (v_hat.sqrt() + 1e-8) + 0.1 * w.array());
    const double decay = std::min(0.5, (1.0 + n) / (10.0 + n));
    average = decay * average + (1 - decay) * w;
  }
  // 20 steps of 0.01, each accurate to 1e-6 of itself; weights below 1 in single precision.
  EXPECT_LT((learnt.weights.cast<double>() - w).cwiseAbs().maxCoeff(), 2e-6);
  EXPECT_LT((learnt.average.cast<double>() - average).cwiseAbs().maxCoeff(), 2e-6);
}

TEST(WeightLayout, HoldsEveryTensorAndStartsAsPyTorch) {
  const NetworkArchitecture architecture{{1, 8, 8}, UnetArchitecture{1, 4, {1, 2}, 1, 3}};
  const training::WeightLayout layout(architecture);
  const Numbers weights = training::initial_weights(layout, architecture, 3);
  const auto tensors =
      training::named_tensors(layout, weights, training::initial_statistics(layout));
  EXPECT_NO_THROW(check_tensors(architecture, tensors));
  const auto& convolution = tensors.at("init_conv.weight").values;
  const float bound = 1.0F / 3.0F;  // of 9 inputs
  EXPECT_LE(*std::max_element(convolution.begin(), convolution.end()), bound);
  EXPECT_GT(*std::max_element(convolution.begin(), convolution.end()), 0.7F * bound);
  EXPECT_EQ(tensors.at("final_block.0.weight").values, std::vector<float>(4, 1.0F));
  EXPECT_EQ(tensors.at("final_block.0.bias").values, std::vector<float>(4, 0.0F));
  EXPECT_EQ(tensors.at("final_block.0.running_var").values, std::vector<float>(4, 1.0F));
  EXPECT_NE(training::initial_weights(layout, architecture, 4), weights);
}

TEST(Batches, AreSignalsAndWhiteNoiseAtTheirLevels) {
  for (const bool complex : {false, true}) {
    training::TrainingSamples samples;
    samples.complex = complex;
    samples.values = Eigen::MatrixXf::Zero(4, 2000);  // 4 numbers each; the noise shows alone
    NetworkArchitecture architecture{{complex ? 2 : 1, complex ? 2 : 4},
                                     MlpArchitecture{8, 1, 2, 1, 6},
                                     Conditioning::log_snr,
                                     Prediction::noise,
                                     -10,
                                     10};
    NetworkTrainingOptions options;
    options.batch = 1600;
    const auto recipe = training::make_recipe(options, architecture, 2000, nullptr);
    training::BatchMaker maker(samples, architecture, recipe, options);
    training::TrainingBatch batch, again;
    maker.make_training(5, batch);
    EXPECT_EQ(batch.levels(), 100);
    const float variance = complex ? 0.5F : 1.0F;
    // 6400 numbers: the standard error of a variance is 1.8 %.
    EXPECT_NEAR(batch.targets.squaredNorm() / static_cast<float>(batch.targets.size()), variance,
                0.08F * variance);
    // x_t = s n with s^2 from 1 / 1.1 down to 1 / 11 along the levels.
    const double first = batch.inputs.col(0).squaredNorm() / batch.targets.col(0).squaredNorm();
    const double last =
        batch.inputs.col(1599).squaredNorm() / batch.targets.col(1599).squaredNorm();
    EXPECT_NEAR(first, 1 / 1.1, 0.01);
    EXPECT_NEAR(last, 1.0 / 11, 0.005);
    maker.make_training(6, again);
    EXPECT_NE(batch.targets, again.targets);
    maker.make_training(5, again);
    EXPECT_EQ(batch.inputs, again.inputs);
  }
}

TEST(Batches, MagnitudesHaveTheRootsOfTheWeightsOfSquares) {
  training::TrainingSamples samples;
  samples.values = Eigen::MatrixXf::Zero(4, 60);
  for (const bool complex : {false, true}) {
    samples.complex = complex;
    const NetworkArchitecture architecture{{complex ? 2 : 1, complex ? 2 : 4},
                                           MlpArchitecture{8, 1, 2, 1, 6},
                                           Conditioning::log_snr,
                                           Prediction::clean,
                                           -10,
                                           10};
    NetworkTrainingOptions options;
    options.weighting = LossWeighting::snr;
    training::TrainingBatch squares, magnitudes;
    const auto recipe = training::make_recipe(options, architecture, 60, nullptr);
    training::BatchMaker(samples, architecture, recipe, options).make_training(0, squares);
    options.loss = TrainingLoss::l1;
    training::BatchMaker(samples, architecture, recipe, options).make_training(0, magnitudes);
    EXPECT_GT(squares.weights.maxCoeff(), 50 * squares.weights.minCoeff());
    for (Index i = 0; i < squares.weights.size(); ++i) {
      EXPECT_NEAR(magnitudes.weights(i), std::sqrt(squares.weights(i)),
                  1e-6 * magnitudes.weights(i));
    }
  }
}

TEST(Samples, OfTinyAndHugeUnitsAreTheSameInModelUnits) {
  Generator generator(3);
  const Matrix<double> plain = normal_matrix<double>(5, 70, generator);
  const auto [expected, model] =
      training::read_samples(MatrixSource<double>(plain), SampleSpace({5}), nullptr);
  for (const int exponent : {-400, -140, 100, 300}) {  // beyond single precision's range
    const Matrix<double> scaled = std::ldexp(1.0, exponent) * plain;
    const auto [samples, scaled_model] =
        training::read_samples(MatrixSource<double>(scaled), SampleSpace({5}), nullptr);
    EXPECT_EQ(samples.values, expected.values) << exponent;
    EXPECT_EQ(scaled_model.scale, std::ldexp(model.scale, exponent));
  }
}

TEST(Batches, APassTakesEveryTrainingSampleOnce) {
  training::TrainingSamples samples;
  samples.values = Eigen::RowVectorXf::LinSpaced(50, 1, 50);
  NetworkArchitecture architecture{
      {1, 1}, MlpArchitecture{4, 1, 0, 1, 4}, Conditioning::log_snr, Prediction::clean, 100,
      110};  // targets are the samples
  NetworkTrainingOptions options;
  options.batch = 15;
  const auto recipe = training::make_recipe(options, architecture, 50, nullptr);
  ASSERT_EQ(recipe.steps_per_pass, 3);
  training::BatchMaker maker(samples, architecture, recipe, options);
  training::TrainingBatch batch;
  std::vector<std::vector<float>> passes(2);
  for (Index step = 0; step < 6; ++step) {
    maker.make_training(step, batch);
    auto& seen = passes[static_cast<std::size_t>(step / 3)];
    seen.insert(seen.end(), batch.targets.data(), batch.targets.data() + batch.rows);
  }
  EXPECT_NE(passes[0], passes[1]);
  std::vector<float> all = passes[0];
  maker.make_validation(0, batch);
  EXPECT_EQ(batch.rows, 5);
  all.insert(all.end(), batch.targets.data(), batch.targets.data() + batch.rows);
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < 50; ++i) EXPECT_NEAR(all[i], static_cast<float>(i + 1), 1e-3);
}

}  // namespace
}  // namespace pellucid::test
