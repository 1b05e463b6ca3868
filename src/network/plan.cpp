// SPDX-License-Identifier: BSD-3-Clause
#include "network/plan.hpp"

#include <algorithm>
#include <cmath>

namespace pellucid::network {

namespace {

// To whole blocks: computing the last vector twice does no harm.
void fill_up(std::vector<Index>& positions) {
  while (static_cast<Index>(positions.size()) % block_vectors != 0) {
    positions.push_back(positions.back());
  }
}

}  // namespace

Resolution::Resolution(Index rows, Index columns, Index rows_around, Index columns_around,
                       Index lanes)
    : height(rows),
      width(columns),
      halo_rows(rows_around),
      halo(columns_around),
      pitch(columns + 2 * columns_around) {
  const Index end = (height - 1) * pitch + width;
  // Whole rows of vectors where they fit; else vectors run on over the frame between rows.
  const bool rows_fit = width % lanes == 0;
  for (Index at = 0; at < end; at += lanes) {
    if (rows_fit && at % pitch == width) at += pitch - width;
    positions.push_back(at);
  }
  if (rows_fit && height % 2 == 0) {
    for (const Index at : positions) {
      if (at / pitch % 2 == 0) row_pairs.push_back(at);
    }
  }
  fill_up(positions);
  fill_up(row_pairs);
  for (Index row = -halo_rows; row <= halo_rows; ++row) {
    for (Index column = -halo; column <= halo; ++column) taps.push_back(row * pitch + column);
  }
  const Index needed = (height + 2 * halo_rows) * pitch + lanes;
  plane_size = (needed + 15) / 16 * 16;
  // Planes a multiple of 4096 bytes apart would compete for the same lines of the cache.
  if (plane_size % 1024 == 0) plane_size += 16;
  mask.assign(static_cast<std::size_t>(plane_size), 0);
  for (Index row = 0; row < height; ++row) {
    std::fill_n(mask.begin() + origin() + row * pitch, width, ~std::uint32_t{0});
  }
}

void LevelFeatures::operator()(double level, std::vector<Eigen::VectorXd>& values) const {
  const double from = conditioning == Conditioning::step ? level - 1 : level;
  const Index half = channels / 2;
  values.resize(layers.size() + 1);
  values.front().setZero(channels);
  for (Index i = 0; i < half; ++i) {
    const double frequency =
        std::exp(-std::log(1e4) * static_cast<double>(i) / static_cast<double>(half - 1));
    values.front()(i) = std::sin(from * frequency);
    values.front()(half + i) = std::cos(from * frequency);
  }
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    Eigen::VectorXd& x = values[layer + 1];
    x.resize(layers[layer].bias.size());
    layers[layer](values[layer], x);
    if (activation == Activation::relu) x = x.cwiseMax(0.0);
    if (activation == Activation::silu) x = x.array() / (1.0 + (-x.array()).exp());
  }
}

namespace {

void set_condition(const ConvolutionLayer& layer, ConditionMemory& memory, float* condition) {
  const ChannelAffine& affine = layer.affine;
  const Index count = affine.bias.size();
  memory.both.assign(static_cast<std::size_t>(2 * count), 0.0);
  Eigen::Map<Eigen::VectorXd> both(memory.both.data(), 2 * count);
  if (affine.modulation) (*affine.modulation)(memory.features.back(), both);
  const auto scale = both.head(count).array() + 1.0;
  const auto shift = both.tail(count).array();
  Eigen::Map<Eigen::VectorXf> out(condition + layer.condition_at, 2 * count);
  out.head(count) = (affine.a.array() * scale).cast<float>();
  out.tail(count) =
      (affine.a.array() * (scale * affine.bias.array() + shift) + affine.b.array()).cast<float>();
}

void set_condition(const LevelAffine& affine, ConditionMemory& memory, float* condition) {
  const auto count = static_cast<Index>(affine.channels());
  memory.both.resize(static_cast<std::size_t>(2 * count));
  Eigen::Map<Eigen::VectorXd> both(memory.both.data(), 2 * count);
  affine.of_features(memory.features.back(), both);
  Eigen::Map<Eigen::VectorXf> out(condition + affine.condition_at, 2 * count);
  out = both.cast<float>();
  out.head(count).array() += 1.0f;
}

void set_condition(const SkipLayer& layer, ConditionMemory& memory, float* condition) {
  set_condition(layer.affine, memory, condition);
}

void set_condition(const ExpertsLayer& layer, ConditionMemory& memory, float* condition) {
  for (const LevelAffine* affine : {&layer.query, &layer.value, &layer.logit}) {
    set_condition(*affine, memory, condition);
  }
}

}  // namespace

void condition_of(const Plan& plan, double level, ConditionMemory& memory, float* condition) {
  plan.features(level, memory.features);
  for (const Layer& layer : plan.layers) {
    std::visit(
        [&](const auto& known) {
          if constexpr (requires { set_condition(known, memory, condition); }) {
            set_condition(known, memory, condition);
          }
        },
        layer);
  }
}

}  // namespace pellucid::network
