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
  mask.assign(static_cast<std::size_t>(plane_size), 0.0f);
  for (Index row = 0; row < height; ++row) {
    std::fill_n(mask.begin() + origin() + row * pitch, width, 1.0f);
  }
}

Eigen::VectorXd LevelFeatures::operator()(double level) const {
  const double from = conditioning == Conditioning::step ? level - 1 : level;
  const Index half = channels / 2;
  Eigen::VectorXd x = Eigen::VectorXd::Zero(channels);
  for (Index i = 0; i < half; ++i) {
    const double frequency =
        std::exp(-std::log(1e4) * static_cast<double>(i) / static_cast<double>(half - 1));
    x(i) = std::sin(from * frequency);
    x(half + i) = std::cos(from * frequency);
  }
  for (const Linear& layer : layers) {
    x = layer(x);
    if (activation == Activation::relu) x = x.cwiseMax(0.0);
    if (activation == Activation::silu) x = x.array() / (1.0 + (-x.array()).exp());
  }
  return x;
}

std::vector<float> condition_of(const Plan& plan, double level) {
  const Eigen::VectorXd features = plan.features(level);
  std::vector<float> condition(plan.condition_size);
  for (const Layer& layer : plan.layers) {
    const auto* convolution = std::get_if<ConvolutionLayer>(&layer);
    if (convolution == nullptr) continue;
    const ChannelAffine& affine = convolution->affine;
    const Index count = affine.bias.size();
    Eigen::VectorXd scale = Eigen::VectorXd::Ones(count), shift = Eigen::VectorXd::Zero(count);
    if (affine.modulation) {
      const Eigen::VectorXd both = (*affine.modulation)(features);
      scale += both.head(count);
      shift = both.tail(count);
    }
    Eigen::Map<Eigen::VectorXf> out(condition.data() + convolution->condition_at, 2 * count);
    out.head(count) = affine.a.cwiseProduct(scale).cast<float>();
    out.tail(count) =
        (affine.a.cwiseProduct(scale.cwiseProduct(affine.bias) + shift) + affine.b).cast<float>();
  }
  return condition;
}

}  // namespace pellucid::network
