// SPDX-License-Identifier: BSD-3-Clause
#include "training/torch_layers.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "network/unet_blocks.hpp"

namespace pellucid::training {

namespace {

using at::Tensor;

/// The layers of one pass, by the names of their tensors. What goes between them is in single
/// precision: other operations on bf16 numbers are slower than on these. A signal with one axis is
/// a picture with one row.
class Layers {
 public:
  Layers(const TorchPass& pass, const NetworkArchitecture& architecture)
      : pass_(pass), one_axis_(architecture.spatial_axes() == 1) {}

  [[nodiscard]] const Tensor& tensor(const std::string& name) const {
    return pass_.tensors.at(name);
  }
  [[nodiscard]] Tensor rounded(const Tensor& x) const {
    return pass_.bf16 ? x.to(at::kBFloat16) : x;
  }

  [[nodiscard]] Tensor linear(const std::string& name, const Tensor& x) const {
    return at::linear(rounded(x), rounded(tensor(name + ".weight")),
                      rounded(tensor(name + ".bias")))
        .to(at::kFloat);
  }
  /// In single precision: what few numbers depend on.
  [[nodiscard]] Tensor exact_linear(const std::string& name, const Tensor& x) const {
    return at::linear(x, tensor(name + ".weight"), tensor(name + ".bias"));
  }

  [[nodiscard]] Tensor convolution(const std::string& name, const Tensor& x,
                                   bool repeats_edges = false) const {
    Tensor weight = tensor(name + ".weight");
    if (one_axis_) weight = weight.unsqueeze(2);
    const int64_t rows = weight.size(2) / 2, columns = weight.size(3) / 2;
    weight = rounded(weight).contiguous(at::MemoryFormat::ChannelsLast);
    const Tensor bias = rounded(tensor(name + ".bias"));
    if (!repeats_edges) {
      return at::conv2d(rounded(x), weight, bias, 1, {rows, columns}).to(at::kFloat);
    }
    const Tensor padded = at::replication_pad2d(x, {columns, columns, rows, rows});
    return at::conv2d(rounded(padded).contiguous(at::MemoryFormat::ChannelsLast), weight, bias)
        .to(at::kFloat);
  }

  [[nodiscard]] Tensor normalised(const std::string& name, const Tensor& x) const {
    constexpr double epsilon = 1e-5;
    return at::batch_norm(x, tensor(name + ".weight"), tensor(name + ".bias"),
                          tensor(name + ".running_mean"), tensor(name + ".running_var"),
                          pass_.own_statistics, pass_.momentum, epsilon, false);
  }

  [[nodiscard]] Tensor pooled(const Tensor& x) const {
    return at::avg_pool2d(x, one_axis_ ? at::IntArrayRef{1, 2} : at::IntArrayRef{2, 2});
  }
  [[nodiscard]] Tensor doubled(const Tensor& x) const {
    const int64_t rows = one_axis_ ? x.size(2) : 2 * x.size(2);
    return at::upsample_nearest2d(x, {rows, 2 * x.size(3)});
  }

 private:
  const TorchPass& pass_;
  bool one_axis_;
};

// (rows, entries) as (rows, channels, height, width).
Tensor as_pictures(const Tensor& inputs, const std::vector<Index>& data_shape) {
  const int64_t height = data_shape.size() == 3 ? data_shape[1] : 1;
  return inputs.view({inputs.size(0), data_shape.front(), height, data_shape.back()})
      .contiguous(at::MemoryFormat::ChannelsLast);
}

Tensor as_rows(const Tensor& pictures) {
  return pictures.contiguous().view({pictures.size(0), -1});
}

// `(1 + s) x + t` of every channel; (s, t) are the halves of `both`, (levels, 2 channels).
Tensor modulated(const Tensor& x, const Tensor& both) {
  const int64_t rows = x.size(0), levels = both.size(0), channels = x.size(1);
  const Tensor halves = both.unsqueeze(1)
                            .expand({levels, rows / levels, 2 * channels})
                            .reshape({rows, 2 * channels, 1, 1});
  const auto parts = halves.chunk(2, 1);
  return at::addcmul(parts[1], x, parts[0] + 1);
}

Tensor cnn_half(const Layers& layers, const CnnArchitecture& cnn, const std::string& part,
                std::size_t convolutions, Tensor x) {
  for (std::size_t i = 0; i < convolutions; ++i) {
    x = layers.convolution(fmt::format("cnn_{0}.conv_{0}{1}", part, i), x);
    if (i + 1 == convolutions) break;
    if (cnn.batch_norm) {
      x = layers.normalised(fmt::format("cnn_{0}.batchnorm_{0}{1}", part, i + 1), x);
    }
    x = at::relu(x);
  }
  return x;
}

Tensor forward_cnn(const Layers& layers, const CnnArchitecture& cnn, Tensor x, Tensor features) {
  for (Index i = 1; i < cnn.time_layers; ++i) {
    features = at::relu(layers.exact_linear(fmt::format("time_mlp.time_linear{}", i), features));
  }
  const Tensor both =
      layers.exact_linear(fmt::format("time_mlp.time_linear{}", cnn.time_layers), features);
  x = cnn_half(layers, cnn, "pre", cnn.channels_pre.size() - 1, x);
  return cnn_half(layers, cnn, "post", cnn.channels_post.size() - 1, modulated(x, both));
}

Tensor residual(const Layers& layers, const network::UnetBlock& block, const Tensor& x,
                const Tensor& features) {
  const std::string& name = block.name;
  Tensor h = at::silu(layers.normalised(name + ".block1.0", x));
  h = modulated(layers.convolution(name + ".block1.2", h),
                layers.exact_linear(name + ".time_mlp.1", features));
  h = layers.convolution(name + ".block2.3", at::silu(layers.normalised(name + ".block2.0", h)));
  return h + (block.in() == block.out ? x : layers.convolution(name + ".bypass", x));
}

Tensor forward_unet(const Layers& layers, const UnetArchitecture& unet, Tensor x, Tensor features) {
  using Kind = network::UnetBlock::Kind;
  features = at::silu(layers.exact_linear("time_mlp.0", features));
  features = at::silu(layers.exact_linear("time_mlp.2", features));
  x = layers.convolution("init_conv", x, true);
  std::vector<Tensor> kept{x};
  for (const network::UnetBlock& block : network::unet_blocks(unet)) {
    if (block.skipped > 0) {
      x = at::cat({x, kept.back()}, 1);
      kept.pop_back();
    }
    if (block.kind == Kind::residual) x = residual(layers, block, x, features);
    if (block.kind == Kind::pool) x = layers.pooled(x);
    if (block.kind == Kind::upsample) x = layers.doubled(x);
    if (block.keeps) kept.push_back(x);
  }
  x = at::silu(layers.normalised("final_block.0", x));
  return layers.convolution("final_block.2", x, true);
}

/// The layers of an MLP. Scales and shifts are made once per level; (rows, n) is
/// (levels, rows / levels, n) where they are applied.
class Mlp {
 public:
  Mlp(const Layers& layers, const MlpArchitecture& mlp, const Tensor& embedding)
      : layers_(layers), mlp_(mlp), levels_(embedding.size(0)) {
    features_ = at::silu(layers.exact_linear("time_mlp.0", embedding));
    features_ = at::silu(layers.exact_linear("time_mlp.2", features_));
  }

  [[nodiscard]] Tensor operator()(const Tensor& x) const {
    Tensor h = layers_.linear("input", x);
    for (Index i = 0; i < mlp_.blocks; ++i) {
      const std::string block = fmt::format("blocks.{}.", i);
      const Tensor gate = at::silu(modulated(block + "time", layers_.linear(block + "gate", h)));
      h = h + layers_.linear(block + "contract", gate * layers_.linear(block + "value", h));
    }
    const Tensor sum = layers_.linear("output", h) + modulated("skip.time", x) - x;
    return mlp_.experts == 0 ? sum : sum + experts(x, h);
  }

 private:
  [[nodiscard]] Tensor modulated(const std::string& name, const Tensor& x) const {
    const auto both = layers_.exact_linear(name, features_).unsqueeze(1).chunk(2, 2);
    const Tensor grouped = x.view({levels_, -1, x.size(1)});
    return at::addcmul(both[1], grouped, both[0] + 1).view(x.sizes());
  }

  [[nodiscard]] Tensor experts(const Tensor& x, const Tensor& h) const {
    const Tensor z = layers_.linear("experts.project", x);
    const Tensor query = modulated("experts.query_time", z);
    const Tensor forms = query.square().view({-1, mlp_.experts, mlp_.expert_rank}).sum(2);
    const Tensor logits =
        modulated("experts.logits_time", layers_.linear("experts.logits", h) - 0.5 * forms);
    const Tensor weights = logits.softmax(1);
    const Tensor values =
        modulated("experts.value_time", z).view({-1, mlp_.experts, mlp_.expert_rank}) *
        weights.unsqueeze(2);
    return layers_.linear("experts.combine", values.view(z.sizes())) +
           layers_.linear("experts.offsets", weights);
  }

  const Layers& layers_;
  const MlpArchitecture& mlp_;
  int64_t levels_;
  Tensor features_;
};

}  // namespace

Tensor forward(const TorchPass& pass, const NetworkArchitecture& architecture, const Tensor& inputs,
               const Tensor& embedding) {
  const Layers layers(pass, architecture);
  if (const auto* mlp = std::get_if<MlpArchitecture>(&architecture.layers)) {
    return Mlp(layers, *mlp, embedding)(inputs);
  }
  const Tensor x = as_pictures(inputs, architecture.data_shape);
  if (const auto* cnn = std::get_if<CnnArchitecture>(&architecture.layers)) {
    return as_rows(forward_cnn(layers, *cnn, x, embedding));
  }
  return as_rows(
      forward_unet(layers, std::get<UnetArchitecture>(architecture.layers), x, embedding));
}

}  // namespace pellucid::training
