// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "network/random_tensors.hpp"
#include "pellucid/network/network.hpp"

namespace pellucid::test {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The layers by their definition, in double precision.
class PlainMlp {
 public:
  PlainMlp(const NetworkArchitecture& architecture, const NamedTensors& tensors)
      : mlp_(std::get<MlpArchitecture>(architecture.layers)),
        conditioning_(architecture.conditioning),
        tensors_(tensors) {}

  [[nodiscard]] Eigen::VectorXd operator()(const Eigen::VectorXd& x, double level) const {
    const Eigen::VectorXd f = features(level);
    Eigen::VectorXd h = linear("input", x);
    for (Index i = 0; i < mlp_.blocks; ++i) {
      const std::string block = "blocks." + std::to_string(i) + ".";
      const Eigen::VectorXd gate = silu(modulated(block + "time", f, linear(block + "gate", h)));
      h += linear(block + "contract", gate.cwiseProduct(linear(block + "value", h)));
    }
    return linear("output", h) + modulated("skip.time", f, x) - x + experts(x, h, f);
  }

 private:
  static Eigen::VectorXd silu(const Eigen::ArrayXd& x) { return x / (1 + (-x).exp()); }

  [[nodiscard]] Eigen::VectorXd linear(const std::string& name, const Eigen::VectorXd& x) const {
    const Tensor& weight = tensors_.find(name + ".weight")->second;
    const Tensor& bias = tensors_.find(name + ".bias")->second;
    const Eigen::Map<const RowMajor> matrix(weight.values.data(), weight.shape[0], weight.shape[1]);
    return matrix.cast<double>() * x +
           Eigen::Map<const Eigen::VectorXf>(bias.values.data(), bias.shape[0]).cast<double>();
  }

  // (1 + s) x + t
  [[nodiscard]] Eigen::VectorXd modulated(const std::string& name, const Eigen::VectorXd& f,
                                          const Eigen::VectorXd& x) const {
    const Eigen::VectorXd both = linear(name, f);
    return (1 + both.head(x.size()).array()) * x.array() + both.tail(x.size()).array();
  }

  [[nodiscard]] Eigen::VectorXd experts(const Eigen::VectorXd& x, const Eigen::VectorXd& h,
                                        const Eigen::VectorXd& f) const {
    if (mlp_.experts == 0) return Eigen::VectorXd::Zero(x.size());
    const Eigen::VectorXd z = linear("experts.project", x);
    const Eigen::VectorXd query = modulated("experts.query_time", f, z);
    Eigen::VectorXd value = modulated("experts.value_time", f, z);
    Eigen::VectorXd logits = linear("experts.logits", h);
    for (Index k = 0; k < mlp_.experts; ++k) {
      logits(k) -= query.segment(k * mlp_.expert_rank, mlp_.expert_rank).squaredNorm() / 2;
    }
    logits = modulated("experts.logits_time", f, logits);
    Eigen::VectorXd weights = (logits.array() - logits.maxCoeff()).exp();
    weights /= weights.sum();
    for (Index k = 0; k < mlp_.experts; ++k) {
      value.segment(k * mlp_.expert_rank, mlp_.expert_rank) *= weights(k);
    }
    return linear("experts.combine", value) + linear("experts.offsets", weights);
  }

  [[nodiscard]] Eigen::VectorXd features(double level) const {
    const double from = conditioning_ == Conditioning::step ? level - 1 : level;
    const Index half = mlp_.time_channels / 2;
    const Eigen::ArrayXd angles = from * Eigen::ArrayXd::LinSpaced(half, 0, -std::log(1e4)).exp();
    Eigen::VectorXd embedding(mlp_.time_channels);
    embedding << angles.sin().matrix(), angles.cos().matrix();
    return silu(linear("time_mlp.2", silu(linear("time_mlp.0", embedding))));
  }

  const MlpArchitecture& mlp_;
  Conditioning conditioning_;
  const NamedTensors& tensors_;
};

void expect_plain(const NetworkArchitecture& architecture) {
  const NamedTensors tensors = random_tensors(architecture);
  const Network network(architecture, tensors);
  const auto work = network.workspace(), of_two = network.workspace(2);
  ASSERT_EQ(network.signals(), 64);
  const PlainMlp plain(architecture, tensors);
  // Counts that leave vectors of pixels partly empty, on every instruction set.
  for (const Index count : {Index{64}, Index{1}, Index{17}, Index{50}}) {
    Eigen::MatrixXf x = Eigen::MatrixXf::Random(network.entries(), count), y = x, together = x;
    for (const double level : {1.0, 12.5}) {
      network.run(network.condition(level), x.data(), y.data(), *work, count);
      network.run(network.condition(level), x.data(), together.data(), *of_two, count);
      EXPECT_EQ(together, y);
      for (Index j = 0; j < count; ++j) {
        const Eigen::VectorXd expected = plain(x.col(j).cast<double>(), level);
        // Sums of up to 50 products in single precision, one after the other in 7 layers.
        EXPECT_LT((y.col(j).cast<double>() - expected).cwiseAbs().maxCoeff(),
                  3e-6 * expected.cwiseAbs().maxCoeff())
            << count << " signals, level " << level;
      }
    }
  }
}

TEST(Mlp, EqualsItsDefinitionWhateverTheCount) {
  expect_plain({{1, 21}, MlpArchitecture{50, 3, 7, 3, 16}});
  expect_plain({{2, 3, 4}, MlpArchitecture{31, 1, 0, 1, 8}, Conditioning::log_snr});
}

TEST(Mlp, RefusesMoreSignalsThanItsTile) {
  const NetworkArchitecture architecture{{1, 4}, MlpArchitecture{8, 1, 2, 1, 4}};
  const Network network(architecture, random_tensors(architecture));
  const auto work = network.workspace();
  std::vector<float> x(4 * 65), y(x.size());
  EXPECT_THROW(network.run(network.condition(1), x.data(), y.data(), *work, 65), Error);
}

}  // namespace
}  // namespace pellucid::test
