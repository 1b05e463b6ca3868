// SPDX-License-Identifier: BSD-3-Clause
#include "network/plan_builder.hpp"

#include <algorithm>
#include <utility>

#include "network/packed_weights.hpp"

namespace pellucid::network {

PlanBuilder::PlanBuilder(const std::vector<Index>& shape, const NamedTensors& tensors,
                         Index kernel_size, Index resolutions, const Engine& engine)
    : tensors_(tensors), free_(static_cast<std::size_t>(resolutions)) {
  const bool plane = shape.size() == 3;
  Index height = plane ? shape[1] : 1, width = shape.back();
  const Index halo = kernel_size / 2;
  plan.engine = engine;
  for (Index i = 0; i < resolutions; ++i) {
    plan.resolutions.emplace_back(height, width, plane ? halo : 0, halo, engine.kernels->lanes);
    if (plane) height /= 2;
    width /= 2;
  }
}

Planes PlanBuilder::take(std::size_t resolution, Index count) {
  Planes& pool = free_[resolution];
  Planes planes;
  while (static_cast<Index>(planes.size()) < count) {
    if (pool.empty()) {
      planes.push_back(plan.plane_resolutions.size());
      plan.plane_resolutions.push_back(resolution);
    } else {
      planes.push_back(pool.back());
      pool.pop_back();
    }
  }
  return planes;
}

Planes PlanBuilder::take_new(std::size_t resolution, Index count) {
  Planes unused;
  std::swap(unused, free_[resolution]);
  Planes planes = take(resolution, count);
  std::swap(unused, free_[resolution]);
  return planes;
}

void PlanBuilder::release(std::size_t resolution, const Planes& planes) {
  free_[resolution].insert(free_[resolution].end(), planes.rbegin(), planes.rend());
}

const Tensor& PlanBuilder::tensor(const std::string& name) const {
  return tensors_.find(name)->second;  // `check_tensors` found them all
}

Eigen::VectorXd PlanBuilder::vector(const std::string& name) const {
  const Tensor& found = tensor(name);
  return Eigen::Map<const Eigen::VectorXf>(found.values.data(),
                                           static_cast<Index>(found.values.size()))
      .cast<double>();
}

Linear PlanBuilder::linear(const std::string& name) const {
  const Tensor& weight = tensor(name + ".weight");
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return {Eigen::Map<const RowMajor>(weight.values.data(), weight.shape[0], weight.shape[1])
              .cast<double>(),
          vector(name + ".bias")};
}

ChannelAffine PlanBuilder::bias_of(const std::string& name) const {
  ChannelAffine affine;
  affine.bias = vector(name + ".bias");
  affine.a = Eigen::VectorXd::Ones(affine.bias.size());
  affine.b = Eigen::VectorXd::Zero(affine.bias.size());
  return affine;
}

void PlanBuilder::normalise(const std::string& name, Eigen::VectorXd& a, Eigen::VectorXd& b) const {
  constexpr double epsilon = 1e-5;  // PyTorch's default, which the authors' networks were made with
  a = (vector(name + ".running_var").array() + epsilon).rsqrt() * vector(name + ".weight").array();
  b = vector(name + ".bias") - a.cwiseProduct(vector(name + ".running_mean"));
}

Planes PlanBuilder::convolve(const std::vector<std::string>& names, std::size_t resolution,
                             const Planes& inputs, ChannelAffine affine, Activation activation,
                             const Planes& residuals, const Planes& factors) {
  for (std::size_t i = 1; i < names.size(); ++i) affine.bias += vector(names[i] + ".bias");
  const Index count = affine.bias.size(), in = static_cast<Index>(inputs.size());
  Planes outputs = take(resolution, count);
  const Resolution& r = plan.resolutions[resolution];
  // Below, transforming or rounding the input costs more than the products saved.
  constexpr Index few_inputs = 8, few_outputs = 16;
  const bool many = in >= few_inputs && count >= few_outputs;
  const Precision precision = many ? plan.engine.precision : Precision::f32;
  const bool in_row_pairs = r.taps.size() == 9 && r.halo_rows == 1 && !r.row_pairs.empty() &&
                            many && precision != Precision::bf16x3;
  const Index lanes = plan.engine.kernels->lanes, taps = static_cast<Index>(r.taps.size());
  if (in_row_pairs) {
    plan.scratch_size = std::max(plan.scratch_size, row_pair_scratch(in, lanes));
  } else if (precision != Precision::f32) {
    plan.scratch_size = std::max(plan.scratch_size, pair_scratch(in, taps, lanes));
  }
  std::vector<const Tensor*> weights;
  weights.reserve(names.size());
  for (const std::string& name : names) weights.push_back(&tensor(name + ".weight"));
  plan.layers.emplace_back(ConvolutionLayer{
      resolution, inputs, factors, residuals, outputs, precision, in_row_pairs,
      in_row_pairs ? packed_row_pairs(weights, precision) : packed(weights, precision),
      std::move(affine), plan.condition_size, activation});
  plan.condition_size += 2 * static_cast<std::size_t>(count);
  return outputs;
}

LevelAffine PlanBuilder::level_affine(const std::string& name) {
  LevelAffine affine{linear(name), plan.condition_size};
  plan.condition_size += 2 * affine.channels();
  return affine;
}

void PlanBuilder::pointwise(const std::string& batch_norm, std::size_t resolution,
                            const Planes& inputs, const Planes& outputs, Activation activation) {
  Eigen::VectorXd a, b;
  normalise(batch_norm, a, b);
  PointwiseLayer layer{resolution, inputs, outputs, {}, {}, activation};
  for (Index i = 0; i < a.size(); ++i) {
    layer.scale.push_back(static_cast<float>(a(i)));
    layer.shift.push_back(static_cast<float>(b(i)));
  }
  plan.layers.emplace_back(std::move(layer));
}

Planes PlanBuilder::resample(ResamplingLayer::Kind kind, std::size_t from, const Planes& inputs) {
  const std::size_t to = kind == ResamplingLayer::Kind::pool ? from + 1 : from - 1;
  Planes outputs = take(to, static_cast<Index>(inputs.size()));
  plan.layers.emplace_back(ResamplingLayer{kind, from, to, inputs, outputs});
  return outputs;
}

void PlanBuilder::repeat_edges(std::size_t resolution, const Planes& planes) {
  plan.layers.emplace_back(EdgeLayer{resolution, planes});
}

Plan make_plan(const NetworkArchitecture& architecture, const NamedTensors& tensors,
               const Engine& engine) {
  const auto layers_of = [&](const auto& known) {
    using Known = std::decay_t<decltype(known)>;
    if constexpr (std::is_same_v<Known, MlpArchitecture>) {
      return plan_mlp(known, architecture.entries(), tensors, engine);
    } else if constexpr (std::is_same_v<Known, CnnArchitecture>) {
      return plan_cnn(known,
                      PlanBuilder(architecture.data_shape, tensors, known.kernel_size, 1, engine));
    } else {
      return plan_unet(known, PlanBuilder(architecture.data_shape, tensors, known.kernel_size,
                                          static_cast<Index>(known.multipliers.size()), engine));
    }
  };
  Plan plan = std::visit(layers_of, architecture.layers);
  plan.features.conditioning = architecture.conditioning;
  return plan;
}

}  // namespace pellucid::network
