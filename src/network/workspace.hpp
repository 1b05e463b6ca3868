// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "network/plan.hpp"

namespace pellucid::network {

/// The planes of one thread and where they are, resolved once for every layer.
class PlaneMemory {
 public:
  explicit PlaneMemory(const Plan& plan);
  PlaneMemory(const PlaneMemory&) = delete;
  PlaneMemory& operator=(const PlaneMemory&) = delete;

  struct LayerPlanes {
    std::vector<const float*> inputs, residuals;
    std::vector<float*> outputs;
  };

  /// First pixel of a plane.
  [[nodiscard]] float* plane(std::size_t number) { return memory_.data() + offsets_[number]; }
  [[nodiscard]] float* scratch() { return scratch_.data(); }
  [[nodiscard]] const LayerPlanes& layer(std::size_t number) const { return layers_[number]; }

 private:
  std::vector<std::size_t> offsets_;
  Eigen::VectorXf memory_, scratch_;  // Eigen aligns to 64 bytes
  std::vector<LayerPlanes> layers_;
};

/// Takes `count` signals, already in the input planes, through all layers.
void run_layers(const Plan& plan, const float* condition, Index count, PlaneMemory& memory);

/// Signals from and to C order.
void load_planes(const Plan& plan, const float* input, Index count, PlaneMemory& memory);
void store_planes(const Plan& plan, PlaneMemory& memory, Index count, float* output);

}  // namespace pellucid::network
