// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "network/plan_builder.hpp"

namespace pellucid::network {

namespace {

/// The convolutions of one half; those between them have ReLU, `last` follows the final one.
Planes add_half(const std::string& part, const std::vector<Index>& channels, bool batch_norm,
                Planes planes, const std::optional<Linear>& last, PlanBuilder& builder) {
  for (std::size_t i = 0; i + 1 < channels.size(); ++i) {
    const bool final_one = i + 2 == channels.size();
    const std::string name = fmt::format("cnn_{0}.conv_{0}{1}", part, i);
    ChannelAffine affine = builder.bias_of(name);
    if (final_one) affine.modulation = last;
    if (batch_norm && !final_one) {
      builder.normalise(fmt::format("cnn_{0}.batchnorm_{0}{1}", part, i + 1), affine.a, affine.b);
    }
    const Planes next = builder.convolve({name}, 0, planes, std::move(affine),
                                         final_one ? Activation::none : Activation::relu);
    builder.release(0, planes);
    planes = next;
  }
  return planes;
}

}  // namespace

Plan plan_cnn(const CnnArchitecture& cnn, PlanBuilder builder) {
  LevelFeatures& features = builder.plan.features;
  features.channels = cnn.time_channels;
  features.activation = Activation::relu;
  for (Index i = 1; i < cnn.time_layers; ++i) {
    features.layers.push_back(builder.linear(fmt::format("time_mlp.time_linear{}", i)));
  }
  const Linear modulation = builder.linear(fmt::format("time_mlp.time_linear{}", cnn.time_layers));

  builder.plan.inputs = builder.take(0, cnn.channels_pre.front());
  const Planes middle =
      add_half("pre", cnn.channels_pre, cnn.batch_norm, builder.plan.inputs, modulation, builder);
  builder.plan.outputs =
      add_half("post", cnn.channels_post, cnn.batch_norm, middle, std::nullopt, builder);
  return std::move(builder.plan);
}

}  // namespace pellucid::network
