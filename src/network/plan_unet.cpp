// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "network/plan_builder.hpp"
#include "network/unet_blocks.hpp"

namespace pellucid::network {

namespace {

/// `x + conv(silu(bn(modulate(conv(silu(bn(x)))))))`, the first `x` convolved too where the number
/// of channels changes: both convolutions are then one over both inputs.
Planes add_residual(const UnetBlock& block, std::size_t resolution, const Planes& x,
                    PlanBuilder& builder) {
  const std::string& name = block.name;
  const Planes active = builder.take(resolution, block.in());
  builder.pointwise(name + ".block1.0", resolution, x, active, Activation::silu);
  ChannelAffine affine = builder.bias_of(name + ".block1.2");
  affine.modulation = builder.linear(name + ".time_mlp.1");
  builder.normalise(name + ".block2.0", affine.a, affine.b);
  Planes hidden = builder.convolve({name + ".block1.2"}, resolution, active, std::move(affine),
                                   Activation::silu);
  builder.release(resolution, active);

  const std::string second = name + ".block2.3";
  const Planes own = hidden;
  Planes outputs;
  if (block.in() == block.out) {
    outputs = builder.convolve({second}, resolution, hidden, builder.bias_of(second),
                               Activation::none, x);
  } else {
    hidden.insert(hidden.end(), x.begin(), x.end());
    outputs = builder.convolve({second, name + ".bypass"}, resolution, hidden,
                               builder.bias_of(second), Activation::none);
  }
  builder.release(resolution, own);
  return outputs;
}

/// The way down and up again: what is current, and what was kept.
class Way {
 public:
  Way(Planes first, PlanBuilder& builder)
      : builder_(builder), current_(std::move(first)), stack_{current_} {}

  void follow(const UnetBlock& block) {
    Planes inputs = current_;
    if (block.skipped > 0) {
      inputs.insert(inputs.end(), stack_.back().begin(), stack_.back().end());
      stack_.pop_back();
    }
    const std::size_t from = resolution_;
    const bool residual = block.kind == UnetBlock::Kind::residual;
    if (residual) {
      current_ = add_residual(block, from, inputs, builder_);
    } else {
      const bool pool = block.kind == UnetBlock::Kind::pool;
      current_ = builder_.resample(
          pool ? ResamplingLayer::Kind::pool : ResamplingLayer::Kind::upsample, from, inputs);
      resolution_ = pool ? from + 1 : from - 1;
    }
    builder_.release(from, unkept(inputs));
    if (block.keeps) stack_.push_back(current_);
  }

  [[nodiscard]] const Planes& current() const { return current_; }

 private:
  // Those of `planes` that no later module reads.
  [[nodiscard]] Planes unkept(const Planes& planes) const {
    Planes free;
    for (const std::size_t plane : planes) {
      const bool kept = std::any_of(stack_.begin(), stack_.end(), [plane](const Planes& held) {
        return std::find(held.begin(), held.end(), plane) != held.end();
      });
      if (!kept) free.push_back(plane);
    }
    return free;
  }

  PlanBuilder& builder_;
  Planes current_;
  std::vector<Planes> stack_;
  std::size_t resolution_ = 0;
};

}  // namespace

Plan plan_unet(const UnetArchitecture& unet, PlanBuilder builder) {
  LevelFeatures& features = builder.plan.features;
  features.channels = unet.channels_init;
  features.activation = Activation::silu;
  features.layers = {builder.linear("time_mlp.0"), builder.linear("time_mlp.2")};

  builder.plan.inputs = builder.take_new(0, unet.channels);
  builder.repeat_edges(0, builder.plan.inputs);
  Way way(builder.convolve({"init_conv"}, 0, builder.plan.inputs, builder.bias_of("init_conv"),
                           Activation::none),
          builder);
  for (const UnetBlock& block : unet_blocks(unet)) way.follow(block);

  const Planes last = builder.take_new(0, unet.channels_init);
  builder.pointwise("final_block.0", 0, way.current(), last, Activation::silu);
  builder.repeat_edges(0, last);
  builder.plan.outputs = builder.convolve({"final_block.2"}, 0, last,
                                          builder.bias_of("final_block.2"), Activation::none);
  return std::move(builder.plan);
}

}  // namespace pellucid::network
