// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "base/team.hpp"
#include "network/plan.hpp"

namespace pellucid::network {

/// The planes of one signal and where they are, resolved once for every layer.
class PlaneMemory {
 public:
  /// `threads` work on the signal together.
  PlaneMemory(const Plan& plan, int threads);
  PlaneMemory(const PlaneMemory&) = delete;
  PlaneMemory& operator=(const PlaneMemory&) = delete;

  struct LayerPlanes {
    std::vector<const float*> inputs, factors, residuals;
    std::vector<float*> outputs;
  };

  /// First pixel of a plane.
  [[nodiscard]] float* plane(std::size_t number) { return memory_.data() + offsets_[number]; }
  /// Of one thread.
  [[nodiscard]] float* scratch(int worker) { return scratch_.col(worker).data(); }
  [[nodiscard]] const LayerPlanes& layer(std::size_t number) const { return layers_[number]; }

 private:
  std::vector<std::size_t> offsets_;
  Eigen::VectorXf memory_;  // Eigen aligns to 64 bytes
  Eigen::MatrixXf scratch_;
  std::vector<LayerPlanes> layers_;
};

/// Takes `count` signals, already in the input planes, through all layers, each cut into parts for
/// the team. Results do not depend on its size.
void run_layers(const Plan& plan, const float* condition, Index count, PlaneMemory& memory,
                Team& team);

/// The most parts that a layer of the plan can be cut into.
[[nodiscard]] Index most_parts(const Plan& plan);

/// Signals from and to C order.
void load_planes(const Plan& plan, const float* input, Index count, PlaneMemory& memory);
void store_planes(const Plan& plan, PlaneMemory& memory, Index count, float* output);

}  // namespace pellucid::network
