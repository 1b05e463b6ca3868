// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "pellucid/training/train_network.hpp"
#include "training/weight_layout.hpp"

namespace pellucid {

namespace {

constexpr Index shortest_side = 8;  // of what is taken for a picture
constexpr Index most_channels = 16;

Index product(const std::vector<Index>& shape) {
  Index size = 1;
  for (const Index length : shape) size *= length;
  return size;
}

// Channels and lengths: (28, 28) is one channel, (3, 64, 64) three; empty where it is neither.
std::vector<Index> picture_shape(const std::vector<Index>& shape) {
  std::vector<Index> picture = shape;
  if (shape.size() <= 2) picture.insert(picture.begin(), 1);
  if (picture.size() > 3 || picture.front() > most_channels) return {};
  return picture;
}

bool has_two_long_sides(const std::vector<Index>& picture) {
  return picture.size() == 3 && std::min(picture[1], picture[2]) >= shortest_side;
}

// Experts cost 2 experts * rank * entries products: fewer of them for long signals.
MlpArchitecture default_mlp(Index entries) {
  constexpr Index most_products = 1 << 20;
  MlpArchitecture mlp;
  mlp.width = std::clamp<Index>((4 * entries + 63) / 64 * 64, 64, 256);
  while (mlp.experts > 16 && mlp.experts * mlp.expert_rank * entries > most_products) {
    mlp.experts /= 2;
  }
  return mlp;
}

CnnArchitecture default_cnn(Index channels) {
  CnnArchitecture cnn;
  cnn.channels_pre.front() = cnn.channels_post.back() = channels;
  cnn.time_channels = 32;
  return cnn;
}

UnetArchitecture default_unet(const std::vector<Index>& picture) {
  UnetArchitecture unet;
  unet.channels = picture.front();
  unet.channels_init = 16;
  unet.multipliers = {1};
  Index unit = 2;
  const auto halves = [&](Index length) { return length % unit == 0 && length / unit >= 4; };
  while (unet.multipliers.size() < 3 && std::all_of(picture.begin() + 1, picture.end(), halves)) {
    unet.multipliers.push_back(2 * unet.multipliers.back());
    unit *= 2;
  }
  return unet;
}

}  // namespace

NetworkArchitecture default_architecture(const std::vector<Index>& sample_shape, bool complex,
                                         std::string_view kind) {
  std::vector<Index> picture = picture_shape(sample_shape);
  if (kind.empty()) kind = has_two_long_sides(picture) ? "unet" : "mlp";
  const Index parts = complex ? 2 : 1;
  NetworkArchitecture architecture;
  architecture.conditioning = Conditioning::log_snr;
  architecture.prediction = Prediction::velocity;
  architecture.lowest_snr_db = -15;
  architecture.highest_snr_db = 25;
  if (kind == "mlp") {
    architecture.data_shape = {parts, product(sample_shape)};
    architecture.layers = default_mlp(architecture.entries());
  } else if (kind == "cnn" || kind == "unet") {
    if (picture.empty()) {
      throw Error(
          fmt::format("samples of shape ({}) are no pictures for a {}: channels, up to {}, come "
                      "first, then one or two lengths; or take an mlp",
                      fmt::join(sample_shape, ", "), kind, most_channels));
    }
    picture.front() *= parts;
    architecture.data_shape = picture;
    if (kind == "cnn") architecture.layers = default_cnn(picture.front());
    if (kind == "unet") architecture.layers = default_unet(picture);
  } else {
    throw Error(fmt::format("unknown network '{}': choose one of cnn, unet, mlp", kind));
  }
  architecture.validate();
  return architecture;
}

Index training_bytes(Index samples, const NetworkArchitecture& architecture) {
  // Weights, gradient, two moments, average, the best ones, and a checkpoint of most of these.
  constexpr Index copies = 12;
  const training::WeightLayout layout(architecture);
  const Index numbers = samples * architecture.entries() + copies * layout.weights;
  return numbers * static_cast<Index>(sizeof(float));
}

}  // namespace pellucid
