// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "network/plan.hpp"

namespace pellucid::network {

/// Writes a plan layer by layer and hands out its planes; released ones are used again.
class PlanBuilder {
 public:
  /// `shape` is (channels, length) or (channels, height, width) of the first resolution.
  PlanBuilder(const std::vector<Index>& shape, const NamedTensors& tensors, Index kernel_size,
              Index resolutions, const Engine& engine);

  [[nodiscard]] Planes take(std::size_t resolution, Index count);
  /// Planes that no other layer uses or used: those whose frames do not stay zero.
  [[nodiscard]] Planes take_new(std::size_t resolution, Index count);
  /// Their contents are not needed any more.
  void release(std::size_t resolution, const Planes& planes);

  /// The affine map after a convolution of that name: bias alone.
  [[nodiscard]] ChannelAffine bias_of(const std::string& name) const;
  /// Batch normalisation as `x -> a x + b`.
  void normalise(const std::string& name, Eigen::VectorXd& a, Eigen::VectorXd& b) const;
  [[nodiscard]] Linear linear(const std::string& name) const;

  /// Adds a convolution into new planes. `names` are the tensors whose input channels stand side by
  /// side in `inputs`.
  Planes convolve(const std::vector<std::string>& names, std::size_t resolution,
                  const Planes& inputs, ChannelAffine affine, Activation activation,
                  const Planes& residuals = {}, const Planes& factors = {});
  /// The affine map that the level alone makes, with a place for its scales and shifts.
  [[nodiscard]] LevelAffine level_affine(const std::string& name);
  /// Adds `act(batch_norm(in))`.
  void pointwise(const std::string& batch_norm, std::size_t resolution, const Planes& inputs,
                 const Planes& outputs, Activation activation);
  /// Adds a pooling or upsampling into new planes of the next coarser or finer resolution.
  Planes resample(ResamplingLayer::Kind kind, std::size_t from, const Planes& inputs);
  void repeat_edges(std::size_t resolution, const Planes& planes);

  Plan plan;

 private:
  [[nodiscard]] const Tensor& tensor(const std::string& name) const;
  [[nodiscard]] Eigen::VectorXd vector(const std::string& name) const;

  const NamedTensors& tensors_;
  std::vector<Planes> free_;
};

Plan plan_cnn(const CnnArchitecture& cnn, PlanBuilder builder);
Plan plan_unet(const UnetArchitecture& unet, PlanBuilder builder);
Plan plan_mlp(const MlpArchitecture& mlp, Index entries, const NamedTensors& tensors,
              const Engine& engine);

}  // namespace pellucid::network
