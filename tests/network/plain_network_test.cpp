// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "network/random_tensors.hpp"
#include "pellucid/network/network.hpp"

namespace pellucid::test {
namespace {

// Channels of a picture, one after the other.
using Image = std::vector<double>;

/// The layers of the CNN by their definition, in double precision.
class PlainCnn {
 public:
  PlainCnn(const NetworkArchitecture& architecture, const NamedTensors& tensors)
      : cnn_(std::get<CnnArchitecture>(architecture.layers)),
        tensors_(tensors),
        height_(architecture.data_shape.size() == 3 ? architecture.data_shape[1] : 1),
        width_(architecture.data_shape.back()),
        rows_(architecture.data_shape.size() == 3 ? cnn_.kernel_size : 1) {}

  [[nodiscard]] Image operator()(Image x, double step) const {
    x = half(std::move(x), "pre", cnn_.channels_pre);
    const std::vector<double> both = modulation(step);
    const std::size_t channels = both.size() / 2, pixels = x.size() / channels;
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = x[i] * (1 + both[i / pixels]) + both[channels + i / pixels];
    }
    return half(std::move(x), "post", cnn_.channels_post);
  }

 private:
  [[nodiscard]] const std::vector<float>& values(const std::string& name) const {
    return tensors_.find(name)->second.values;
  }

  [[nodiscard]] std::vector<double> modulation(double step) const {
    const Index half = cnn_.time_channels / 2;
    std::vector<double> x(static_cast<std::size_t>(cnn_.time_channels));
    for (Index i = 0; i < half; ++i) {
      const double angle =
          (step - 1) * std::pow(1e4, -static_cast<double>(i) / static_cast<double>(half - 1));
      x[static_cast<std::size_t>(i)] = std::sin(angle);
      x[static_cast<std::size_t>(half + i)] = std::cos(angle);
    }
    for (Index layer = 1; layer <= cnn_.time_layers; ++layer) {
      const std::string name = "time_mlp.time_linear" + std::to_string(layer);
      const auto &weight = values(name + ".weight"), &bias = values(name + ".bias");
      std::vector<double> next(bias.begin(), bias.end());
      for (std::size_t o = 0; o < next.size(); ++o) {
        for (std::size_t i = 0; i < x.size(); ++i) next[o] += weight[o * x.size() + i] * x[i];
        if (layer < cnn_.time_layers) next[o] = std::max(0.0, next[o]);
      }
      x = next;
    }
    return x;
  }

  [[nodiscard]] Image half(Image x, const std::string& part,
                           const std::vector<Index>& channels) const {
    const std::string prefix = "cnn_" + part + ".";
    for (std::size_t i = 0; i + 1 < channels.size(); ++i) {
      x = convolution(x, prefix + "conv_" + part + std::to_string(i), channels[i], channels[i + 1]);
      if (i + 2 == channels.size()) break;
      if (cnn_.batch_norm) {
        normalise(x, prefix + "batchnorm_" + part + std::to_string(i + 1), channels[i + 1]);
      }
      for (double& value : x) value = std::max(0.0, value);
    }
    return x;
  }

  void normalise(Image& x, const std::string& name, Index channels) const {
    const std::size_t pixels = x.size() / static_cast<std::size_t>(channels);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i / pixels;
      x[i] = (x[i] - values(name + ".running_mean")[c]) /
                 std::sqrt(values(name + ".running_var")[c] + 1e-5) * values(name + ".weight")[c] +
             values(name + ".bias")[c];
    }
  }

  [[nodiscard]] Image convolution(const Image& x, const std::string& name, Index in,
                                  Index out) const {
    const auto &weight = values(name + ".weight"), &bias = values(name + ".bias");
    const Index columns = cnn_.kernel_size;
    Image y;
    for (Index o = 0; o < out; ++o) {
      for (Index row = 0; row < height_; ++row) {
        for (Index column = 0; column < width_; ++column) {
          double sum = bias[static_cast<std::size_t>(o)];
          for (Index tap = 0; tap < in * rows_ * columns; ++tap) {
            const Index channel = tap / (rows_ * columns);
            const Index r = row + tap / columns % rows_ - rows_ / 2;
            const Index c = column + tap % columns - columns / 2;
            if (r < 0 || r >= height_ || c < 0 || c >= width_) continue;
            sum += weight[static_cast<std::size_t>(o * in * rows_ * columns + tap)] *
                   x[static_cast<std::size_t>((channel * height_ + r) * width_ + c)];
          }
          y.push_back(sum);
        }
      }
    }
    return y;
  }

  const CnnArchitecture& cnn_;
  const NamedTensors& tensors_;
  Index height_, width_, rows_;
};

void expect_plain(const NetworkArchitecture& architecture) {
  const NamedTensors tensors = random_tensors(architecture);
  const Network network(architecture, tensors);
  const auto work = network.workspace(), of_three = network.workspace(3);
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  const auto entries = static_cast<std::size_t>(network.entries());
  for (const double step : {1.0, 17.0, 300.0}) {
    std::vector<float> x(entries), y(entries), together(entries);
    for (float& value : x) value = normal(random);
    network.run(network.condition(step), x.data(), y.data(), *work);
    network.run(network.condition(step), x.data(), together.data(), *of_three);
    EXPECT_EQ(together, y);
    const Image expected = PlainCnn(architecture, tensors)(Image(x.begin(), x.end()), step);
    double error = 0, largest = 0;
    for (std::size_t i = 0; i < entries; ++i) {
      error = std::max(error, std::abs(y[i] - expected[i]));
      largest = std::max(largest, std::abs(expected[i]));
    }
    // Sums of up to 300 products in single precision.
    EXPECT_LT(error, 3e-6 * largest)
        << architecture.data_shape[1] << " x " << architecture.data_shape.back();
  }
}

// Widths that are whole vectors and widths that are not, rows in pairs or not, frames of several
// pixels, blocks of output channels of every width.
TEST(PlainNetwork, ConvolutionsOfAllShapesAreThoseOfTheDefinition) {
  for (const auto& shape : std::vector<std::vector<Index>>{{2, 6, 16},
                                                           {2, 5, 16},
                                                           {2, 2, 64},
                                                           {2, 5, 7},
                                                           {2, 1, 1},
                                                           {2, 9, 28},
                                                           {2, 64},
                                                           {2, 33},
                                                           {2, 1}}) {
    expect_plain({shape, CnnArchitecture{{2, 9, 17}, {17, 21, 5, 2}}});
  }
  for (const Index size : {1, 5}) {
    CnnArchitecture cnn{{2, 8, 16}, {16, 16, 2}};
    cnn.kernel_size = size;
    expect_plain({{2, 6, 16}, cnn});
    expect_plain({{2, 4, 11}, cnn});
    expect_plain({{2, 21}, cnn});
  }
}

TEST(PlainNetwork, NormalisationAndLayersOfTheStep) {
  CnnArchitecture cnn{{2, 12, 20}, {20, 18, 2}};
  cnn.batch_norm = true;
  for (const Index layers : {1, 2, 3}) {
    cnn.time_layers = layers;
    expect_plain({{2, 4, 16}, cnn});
    expect_plain({{2, 5, 6}, cnn});
  }
}

}  // namespace
}  // namespace pellucid::test
