// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "network/plan_builder.hpp"

namespace pellucid::network {

namespace {

// Signals that go through together, so that weights are read from memory once for all of them.
constexpr Index tile = 64;

class MlpPlan {
 public:
  MlpPlan(const MlpArchitecture& mlp, PlanBuilder builder)
      : mlp_(mlp), builder_(std::move(builder)) {}

  Plan make(Index entries) && {
    builder_.plan.signals = tile;
    LevelFeatures& features = builder_.plan.features;
    features.channels = mlp_.time_channels;
    features.activation = Activation::silu;
    features.layers = {builder_.linear("time_mlp.0"), builder_.linear("time_mlp.2")};
    x_ = builder_.plan.inputs = builder_.take_new(0, entries);
    Planes h = apply("input", x_);
    for (Index i = 0; i < mlp_.blocks; ++i) h = block(fmt::format("blocks.{}.", i), h);
    SkipLayer skip{x_, builder_.take(0, entries), builder_.level_affine("skip.time")};
    const Planes skipped = skip.outputs;
    builder_.plan.layers.emplace_back(std::move(skip));
    std::vector<std::string> names{"output"};
    Planes inputs = h;
    if (mlp_.experts > 0) {
      ExpertsLayer experts = weighted_experts(h);
      names.insert(names.end(), {"experts.combine", "experts.offsets"});
      inputs.insert(inputs.end(), experts.projections.begin(), experts.projections.end());
      inputs.insert(inputs.end(), experts.logits.begin(), experts.logits.end());
      builder_.plan.layers.emplace_back(std::move(experts));
    }
    builder_.plan.outputs =
        builder_.convolve(names, 0, inputs, builder_.bias_of("output"), Activation::none, skipped);
    return std::move(builder_.plan);
  }

 private:
  Planes apply(const std::string& name, const Planes& inputs) {
    return builder_.convolve({name}, 0, inputs, builder_.bias_of(name), Activation::none);
  }

  // `h + B (silu((1 + s) (A h + a) + t) (C h + c)) + b`
  Planes block(const std::string& name, const Planes& h) {
    const Planes value = apply(name + "value", h);
    ChannelAffine affine = builder_.bias_of(name + "gate");
    affine.modulation = builder_.linear(name + "time");
    const Planes gated =
        builder_.convolve({name + "gate"}, 0, h, std::move(affine), Activation::silu, {}, value);
    builder_.release(0, value);
    Planes sum = builder_.convolve({name + "contract"}, 0, gated,
                                   builder_.bias_of(name + "contract"), Activation::none, h);
    builder_.release(0, gated);
    builder_.release(0, h);
    return sum;
  }

  ExpertsLayer weighted_experts(const Planes& h) {
    Planes projections = apply("experts.project", x_), logits = apply("experts.logits", h);
    return {std::move(projections), std::move(logits), builder_.level_affine("experts.query_time"),
            builder_.level_affine("experts.value_time"),
            builder_.level_affine("experts.logits_time")};
  }

  const MlpArchitecture& mlp_;
  PlanBuilder builder_;
  Planes x_;
};

}  // namespace

Plan plan_mlp(const MlpArchitecture& mlp, Index entries, const NamedTensors& tensors,
              const Engine& engine) {
  return MlpPlan(mlp, PlanBuilder({entries, tile}, tensors, 1, 1, engine)).make(entries);
}

}  // namespace pellucid::network
