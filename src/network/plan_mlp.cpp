// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "network/plan_builder.hpp"

namespace pellucid::network {

namespace {

// Signals that go through together, so that weights are read from memory once for all of them.
constexpr Index tile = 64;

}  // namespace

Plan plan_mlp(const MlpArchitecture& mlp, Index entries, const NamedTensors& tensors,
              const NetworkKernels& kernels) {
  PlanBuilder builder({entries, tile}, tensors, 1, 1, kernels);
  builder.plan.signals = tile;
  LevelFeatures& features = builder.plan.features;
  features.channels = mlp.time_channels;
  features.activation = Activation::silu;
  features.layers = {builder.linear("time_mlp.0"), builder.linear("time_mlp.2")};

  const auto apply = [&](const std::string& name, const Planes& inputs) {
    return builder.convolve({name}, 0, inputs, builder.bias_of(name), Activation::none);
  };
  builder.plan.inputs = builder.take_new(0, entries);
  Planes h = apply("input", builder.plan.inputs);
  for (Index i = 0; i < mlp.blocks; ++i) {
    const std::string block = fmt::format("blocks.{}.", i);
    ChannelAffine affine = builder.bias_of(block + "expand");
    affine.modulation = builder.linear(block + "time");
    const Planes u =
        builder.convolve({block + "expand"}, 0, h, std::move(affine), Activation::silu);
    const std::string contract = block + "contract";
    const Planes sum =
        builder.convolve({contract}, 0, u, builder.bias_of(contract), Activation::none, h);
    builder.release(0, u);
    builder.release(0, h);
    h = sum;
  }
  builder.plan.outputs = apply("output", h);
  return std::move(builder.plan);
}

}  // namespace pellucid::network
