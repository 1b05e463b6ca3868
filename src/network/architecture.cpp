// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/network/architecture.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "network/unet_blocks.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

using Shapes = std::map<std::string, std::vector<Index>>;

constexpr std::string_view conditionings[] = {"step", "log-snr"};
constexpr std::string_view predictions[] = {"noise", "clean", "posterior-mean", "velocity"};

std::size_t position_of(std::string_view name, std::span<const std::string_view> names,
                        std::string_view what) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return i;
  }
  throw Error(fmt::format("unknown {} '{}': choose one of {}", what, name, fmt::join(names, ", ")));
}

constexpr Index most_experts = 1 << 16;  // times rank
constexpr Index most_channels = 8192, most_pixels = 1 << 26;

void check_channels(Index channels, const char* what) {
  if (channels >= 1 && channels <= most_channels) return;
  throw Error(fmt::format("{}: {} channels: give 1 to {}", what, channels, most_channels));
}

void check_channels(const std::vector<Index>& channels, const char* what) {
  if (channels.size() < 2) {
    throw Error(fmt::format("{}: {} numbers: give those before and after each layer", what,
                            channels.size()));
  }
  for (const Index count : channels) check_channels(count, what);
}

void check_kernel(Index size) {
  if (size % 2 == 1 && size >= 1 && size <= 15) return;
  throw Error(fmt::format("kernel_size: {}: give an odd number from 1 to 15", size));
}

void validate_layers(const CnnArchitecture& cnn, const std::vector<Index>& data_shape) {
  check_channels(cnn.channels_pre, "channels_pre");
  check_channels(cnn.channels_post, "channels_post");
  check_kernel(cnn.kernel_size);
  if (cnn.channels_pre.back() != cnn.channels_post.front()) {
    throw Error(
        fmt::format("channels_post: begins with {}, channels_pre ends with {}: they must be "
                    "equal",
                    cnn.channels_post.front(), cnn.channels_pre.back()));
  }
  if (cnn.channels_pre.front() != data_shape.front() ||
      cnn.channels_post.back() != data_shape.front()) {
    throw Error(fmt::format("channels: the network takes {} and gives {}, the data have {}",
                            cnn.channels_pre.front(), cnn.channels_post.back(),
                            data_shape.front()));
  }
  if (cnn.time_layers < 1 || cnn.time_layers > 3) {
    throw Error(fmt::format("time_layers: {}: give 1, 2 or 3", cnn.time_layers));
  }
  if (cnn.time_channels < 4) {
    throw Error(fmt::format("time_channels: {}: give at least 4", cnn.time_channels));
  }
  check_channels(cnn.time_channels, "time_channels");
}

void validate_layers(const UnetArchitecture& unet, const std::vector<Index>& data_shape) {
  check_channels(unet.channels, "channels");
  check_kernel(unet.kernel_size);
  if (unet.channels != data_shape.front()) {
    throw Error(fmt::format("channels: the network takes {}, the data have {}", unet.channels,
                            data_shape.front()));
  }
  if (unet.channels_init < 4) {
    throw Error(fmt::format("channels_init: {}: give at least 4", unet.channels_init));
  }
  check_channels(unet.channels_init, "channels_init");
  if (unet.multipliers.empty() || unet.multipliers.size() > 16 || unet.multipliers.front() != 1) {
    throw Error("multipliers: give 1 to 16 numbers of which the first is 1");
  }
  for (const Index multiplier : unet.multipliers) {
    if (multiplier < 1 || multiplier > most_channels) {
      throw Error(fmt::format("multipliers: {}: give at least 1", multiplier));
    }
    if (unet.channels_init * multiplier > most_channels) {
      throw Error(fmt::format("channels_init: {} times the multiplier {}: give {} at most",
                              unet.channels_init, multiplier, most_channels / multiplier));
    }
  }
  if (unet.blocks < 1 || unet.blocks > 64) {
    throw Error(fmt::format("blocks: {}: give 1 to 64", unet.blocks));
  }
  const Index unit = Index{1} << (unet.multipliers.size() - 1);
  for (std::size_t axis = 1; axis < data_shape.size(); ++axis) {
    if (data_shape[axis] % unit == 0) continue;
    throw Error(fmt::format("data_shape: length {} is not a multiple of {}, as {} resolutions ask",
                            data_shape[axis], unit, unet.multipliers.size()));
  }
}

void validate_layers(const MlpArchitecture& mlp, const std::vector<Index>&) {
  check_channels(mlp.width, "width");
  if (mlp.blocks < 1 || mlp.blocks > 64) {
    throw Error(fmt::format("blocks: {}: give 1 to 64", mlp.blocks));
  }
  if (mlp.experts < 0 || mlp.expert_rank < 1 || mlp.experts > most_experts / mlp.expert_rank) {
    throw Error(fmt::format("experts: {} of rank {}: give 0 or more of rank 1 or more, {} in all",
                            mlp.experts, mlp.expert_rank, most_experts));
  }
  if (mlp.time_channels < 4) {
    throw Error(fmt::format("time_channels: {}: give at least 4", mlp.time_channels));
  }
  check_channels(mlp.time_channels, "time_channels");
}

void validate_levels(const NetworkArchitecture& architecture) {
  if (architecture.conditioning == Conditioning::step) return;
  if (architecture.prediction == Prediction::posterior_mean) {
    throw Error(
        "prediction: posterior-mean is of steps: give conditioning step, or another "
        "prediction");
  }
  constexpr double most_db = 200;
  const double lowest = architecture.lowest_snr_db, highest = architecture.highest_snr_db;
  if (!(lowest >= -most_db && highest <= most_db && lowest < highest)) {
    throw Error(fmt::format("SNRs from {} to {} dB: give an ascending range within +-{} dB", lowest,
                            highest, most_db));
  }
}

// The tensors of the authors' modules, by their kind.
class TensorList {
 public:
  explicit TensorList(const NetworkArchitecture& architecture, Index kernel_size)
      : taps_(static_cast<std::size_t>(architecture.spatial_axes()), kernel_size) {}

  void convolution(const std::string& name, Index in, Index out) {
    std::vector<Index> shape{out, in};
    shape.insert(shape.end(), taps_.begin(), taps_.end());
    shapes[name + ".weight"] = shape;
    shapes[name + ".bias"] = {out};
  }
  void linear(const std::string& name, Index in, Index out) {
    shapes[name + ".weight"] = {out, in};
    shapes[name + ".bias"] = {out};
  }
  void batch_norm(const std::string& name, Index channels) {
    for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) {
      shapes[name + part] = {channels};
    }
  }

  Shapes shapes;

 private:
  std::vector<Index> taps_;
};

void add_convolutions(const std::vector<Index>& channels, const std::string& part, bool batch_norm,
                      TensorList& list) {
  for (std::size_t i = 0; i + 1 < channels.size(); ++i) {
    list.convolution(fmt::format("cnn_{0}.conv_{0}{1}", part, i), channels[i], channels[i + 1]);
    if (batch_norm && i + 2 < channels.size()) {
      list.batch_norm(fmt::format("cnn_{0}.batchnorm_{0}{1}", part, i + 1), channels[i + 1]);
    }
  }
}

Shapes shapes_of(const CnnArchitecture& cnn, const NetworkArchitecture& architecture) {
  TensorList list(architecture, cnn.kernel_size);
  const Index width = cnn.channels_pre.back();
  for (Index i = 0; i < cnn.time_layers; ++i) {
    list.linear(fmt::format("time_mlp.time_linear{}", i + 1), i == 0 ? cnn.time_channels : width,
                i + 1 == cnn.time_layers ? 2 * width : width);
  }
  add_convolutions(cnn.channels_pre, "pre", cnn.batch_norm, list);
  add_convolutions(cnn.channels_post, "post", cnn.batch_norm, list);
  return list.shapes;
}

Shapes shapes_of(const UnetArchitecture& unet, const NetworkArchitecture& architecture) {
  TensorList list(architecture, unet.kernel_size);
  const Index time = 4 * unet.channels_init;
  list.convolution("init_conv", unet.channels, unet.channels_init);
  list.linear("time_mlp.0", unet.channels_init, time);
  list.linear("time_mlp.2", time, time);
  for (const network::UnetBlock& block : network::unet_blocks(unet)) {
    if (block.kind != network::UnetBlock::Kind::residual) continue;
    list.batch_norm(block.name + ".block1.0", block.in());
    list.convolution(block.name + ".block1.2", block.in(), block.out);
    list.linear(block.name + ".time_mlp.1", time, 2 * block.out);
    list.batch_norm(block.name + ".block2.0", block.out);
    list.convolution(block.name + ".block2.3", block.out, block.out);
    if (block.in() != block.out) list.convolution(block.name + ".bypass", block.in(), block.out);
  }
  list.batch_norm("final_block.0", unet.channels_init);
  list.convolution("final_block.2", unet.channels_init, unet.channels);
  return list.shapes;
}

Shapes shapes_of(const MlpArchitecture& mlp, const NetworkArchitecture& architecture) {
  TensorList list(architecture, 1);
  list.linear("time_mlp.0", mlp.time_channels, mlp.time_channels);
  list.linear("time_mlp.2", mlp.time_channels, mlp.time_channels);
  list.linear("input", architecture.entries(), mlp.width);
  for (Index i = 0; i < mlp.blocks; ++i) {
    list.linear(fmt::format("blocks.{}.gate", i), mlp.width, mlp.width);
    list.linear(fmt::format("blocks.{}.value", i), mlp.width, mlp.width);
    list.linear(fmt::format("blocks.{}.time", i), mlp.time_channels, 2 * mlp.width);
    list.linear(fmt::format("blocks.{}.contract", i), mlp.width, mlp.width);
  }
  const Index entries = architecture.entries(), projections = mlp.experts * mlp.expert_rank;
  list.linear("output", mlp.width, entries);
  list.linear("skip.time", mlp.time_channels, 2 * entries);
  if (mlp.experts == 0) return list.shapes;
  list.linear("experts.project", entries, projections);
  list.linear("experts.query_time", mlp.time_channels, 2 * projections);
  list.linear("experts.value_time", mlp.time_channels, 2 * projections);
  list.linear("experts.logits", mlp.width, mlp.experts);
  list.linear("experts.logits_time", mlp.time_channels, 2 * mlp.experts);
  list.linear("experts.combine", projections, entries);
  list.linear("experts.offsets", mlp.experts, entries);
  return list.shapes;
}

}  // namespace

std::string_view name(Conditioning conditioning) {
  return conditionings[static_cast<std::size_t>(conditioning)];
}

std::string_view name(Prediction prediction) {
  return predictions[static_cast<std::size_t>(prediction)];
}

Conditioning parse_conditioning(std::string_view name) {
  return static_cast<Conditioning>(position_of(name, conditionings, "conditioning"));
}

Prediction parse_prediction(std::string_view name) {
  return static_cast<Prediction>(position_of(name, predictions, "prediction"));
}

std::string_view NetworkArchitecture::kind() const {
  constexpr std::string_view kinds[] = {"cnn", "unet", "mlp"};
  return kinds[layers.index()];
}

Index NetworkArchitecture::entries() const {
  Index product = 1;
  for (const Index length : data_shape) product *= length;
  return product;
}

void NetworkArchitecture::validate() const {
  if (data_shape.size() < 2 || data_shape.size() > 3) {
    throw Error(fmt::format("data_shape: {} numbers: give channels and one or two lengths",
                            data_shape.size()));
  }
  check_channels(data_shape.front(), "data_shape");
  Index pixels = 1;
  for (std::size_t axis = 1; axis < data_shape.size(); ++axis) {
    const Index length = data_shape[axis];
    if (length < 1 || length > most_pixels / pixels) {
      throw Error(fmt::format("data_shape: length {}: give lengths whose product is 1 to {}",
                              length, most_pixels));
    }
    pixels *= length;
  }
  std::visit([&](const auto& known) { validate_layers(known, data_shape); }, layers);
  validate_levels(*this);
}

Shapes tensor_shapes(const NetworkArchitecture& architecture) {
  return std::visit([&](const auto& known) { return shapes_of(known, architecture); },
                    architecture.layers);
}

}  // namespace pellucid
