// SPDX-License-Identifier: BSD-3-Clause
#include "network/packed_weights.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "network/convolution_kernels.hpp"

namespace pellucid::network {

namespace {

/// Taps of one output and one input channel.
class Taps {
 public:
  explicit Taps(const std::vector<const Tensor*>& weights) : weights_(weights) {
    for (const Tensor* tensor : weights) inputs_ += tensor->shape[1];
    const Tensor& first = *weights.front();
    count_ = static_cast<Index>(first.values.size()) / (outputs() * first.shape[1]);
  }

  [[nodiscard]] Index outputs() const { return weights_.front()->shape[0]; }
  [[nodiscard]] Index inputs() const { return inputs_; }
  [[nodiscard]] Index count() const { return count_; }
  [[nodiscard]] const float* of(Index output, Index input) const {
    std::size_t part = 0;
    while (input >= weights_[part]->shape[1]) input -= weights_[part++]->shape[1];
    const Tensor& tensor = *weights_[part];
    return tensor.values.data() + (output * tensor.shape[1] + input) * count_;
  }

 private:
  const std::vector<const Tensor*>& weights_;
  Index inputs_ = 0, count_ = 0;
};

// To nearest and even, as a float.
float to_bf16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return std::bit_cast<float>((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u);
}

// Two numbers that are bfloat16 already.
float pair_of(float low, float high) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(low) >> 16 |
                              std::bit_cast<std::uint32_t>(high));
}

/// `value(output, number, input, column)` for blocks of outputs, then numbers, groups of inputs,
/// columns, parts of numbers, and the block's outputs.
template <class Value>
std::vector<float> in_blocks(Index outputs, Index block, Index numbers, Index inputs, Index columns,
                             Precision precision, const Value& value) {
  const Index group = precision == Precision::f32 ? 1 : 2;
  const int parts = precision == Precision::bf16x3 ? 2 : 1;
  const auto word = [&](Index output, Index number, Index input, Index column, int part) {
    float pair[2] = {0, 0};
    for (Index i = 0; i < std::min(group, inputs - input); ++i) {
      pair[i] = value(output, number, input + i, column);
      if (group == 1) return pair[0];
      const float rounded = to_bf16(pair[i]);
      pair[i] = part == 0 ? rounded : to_bf16(pair[i] - rounded);
    }
    return pair_of(pair[0], pair[1]);
  };
  std::vector<float> packed;
  for (Index first = 0; first < outputs; first += block) {
    const Index end = std::min(first + block, outputs);
    for (Index number = 0; number < numbers; ++number) {
      for (Index input = 0; input < inputs; input += group) {
        for (Index column = 0; column < columns; ++column) {
          for (int part = 0; part < parts; ++part) {
            for (Index o = first; o < end; ++o)
              packed.push_back(word(o, number, input, column, part));
          }
        }
      }
    }
  }
  return packed;
}

// u of row_pair_kernels_impl.hpp: the taps of a column stand 3 apart.
float row_pair_weight(Index number, const float* g) {
  const double g0 = g[0], g1 = g[3], g2 = g[6];
  const double u[] = {g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2};
  return static_cast<float>(u[number]);
}

}  // namespace

std::vector<float> packed(const std::vector<const Tensor*>& weights, Precision precision) {
  const Taps taps(weights);
  return in_blocks(taps.outputs(), block_channels, 1, taps.inputs(), taps.count(), precision,
                   [&](Index output, Index, Index input, Index column) {
                     return taps.of(output, input)[column];
                   });
}

std::vector<float> packed_row_pairs(const std::vector<const Tensor*>& weights,
                                    Precision precision) {
  const Taps taps(weights);
  return in_blocks(taps.outputs(), row_pair_channels, 4, taps.inputs(), 3, precision,
                   [&](Index output, Index number, Index input, Index column) {
                     return row_pair_weight(number, taps.of(output, input) + column);
                   });
}

}  // namespace pellucid::network
