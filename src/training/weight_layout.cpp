// SPDX-License-Identifier: BSD-3-Clause
#include "training/weight_layout.hpp"

#include <algorithm>
#include <cmath>

#include "pellucid/base/random.hpp"

namespace pellucid::training {

namespace {

constexpr Index line = 16;  // floats of a cache line

using Shapes = std::map<std::string, std::vector<Index>>;

bool is_statistic(std::string_view name) {
  return name.ends_with(".running_mean") || name.ends_with(".running_var");
}

Index product(const std::vector<Index>& shape) {
  Index size = 1;
  for (const Index length : shape) size *= length;
  return size;
}

// Inputs of one output of the layer that a tensor belongs to; 0 of a normalisation.
Index fan_in(const std::string& name, const Shapes& shapes) {
  const std::string layer = name.substr(0, name.rfind('.'));
  if (shapes.contains(layer + ".running_mean")) return 0;
  const auto& weight = shapes.at(layer + ".weight");
  return product(weight) / weight.front();
}

// Of an MLP: what comes after many others begins at nothing, or small.
float start_factor(const std::string& name, const NetworkArchitecture& architecture) {
  const auto* mlp = std::get_if<MlpArchitecture>(&architecture.layers);
  if (mlp == nullptr) return 1.0F;
  if (name.starts_with("output.") || name.find("time.") != std::string::npos) return 0.0F;
  if (name.starts_with("experts.combine.")) return 0.3F;
  if (name.find(".contract.") == std::string::npos) return 1.0F;
  return 1.0F / std::sqrt(static_cast<float>(std::max<Index>(mlp->blocks, 1)));
}

}  // namespace

WeightLayout::WeightLayout(const NetworkArchitecture& architecture) {
  for (const auto& [name, shape] : tensor_shapes(architecture)) {
    const bool is_learnt = !is_statistic(name);
    Index& length = is_learnt ? weights : statistics;
    const Index size = product(shape);
    entries.push_back({name, shape, length, size, is_learnt});
    length += (size + line - 1) / line * line;
    if (is_learnt) learnt += size;
  }
}

Numbers initial_weights(const WeightLayout& layout, const NetworkArchitecture& architecture,
                        std::uint64_t seed) {
  const Shapes shapes = tensor_shapes(architecture);
  const RandomStream random(seed, Purpose::fit_start);
  Numbers weights = Numbers::Zero(layout.weights);
  for (std::size_t i = 0; i < layout.entries.size(); ++i) {
    const auto& entry = layout.entries[i];
    if (!entry.learnt) continue;
    auto numbers = weights.segment(entry.offset, entry.size);
    const Index inputs = fan_in(entry.name, shapes);
    if (inputs == 0) {
      numbers.setConstant(entry.name.ends_with(".weight") ? 1.0F : 0.0F);
      continue;
    }
    const double bound =
        start_factor(entry.name, architecture) / std::sqrt(static_cast<double>(inputs));
    for (Index j = 0; j < entry.size; ++j) {
      const double u = random.uniform(i, 0, static_cast<std::uint32_t>(j));
      numbers(j) = static_cast<float>(bound * (2 * u - 1));
    }
  }
  return weights;
}

Numbers initial_statistics(const WeightLayout& layout) {
  Numbers statistics = Numbers::Zero(layout.statistics);
  for (const auto& entry : layout.entries) {
    if (entry.name.ends_with(".running_var")) {
      statistics.segment(entry.offset, entry.size).setOnes();
    }
  }
  return statistics;
}

NamedTensors named_tensors(const WeightLayout& layout, const Numbers& weights,
                           const Numbers& statistics) {
  NamedTensors tensors;
  for (const auto& entry : layout.entries) {
    const float* numbers = (entry.learnt ? weights : statistics).data() + entry.offset;
    tensors[entry.name] = {entry.shape, std::vector<float>(numbers, numbers + entry.size)};
  }
  return tensors;
}

}  // namespace pellucid::training
