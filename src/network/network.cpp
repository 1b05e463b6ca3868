// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/network/network.hpp"

#include <fmt/format.h>

#include "network/workspace.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid {

struct Network::Plan {
  network::Plan layers;
  Index entries;
};

class Network::Workspace {
 public:
  explicit Workspace(const network::Plan& plan) : planes(plan) {}
  network::PlaneMemory planes;
};

void Network::WorkspaceDeleter::operator()(Workspace* work) const { delete work; }

Network::Network(const NetworkArchitecture& architecture, const NamedTensors& tensors) {
  architecture.validate();
  check_tensors(architecture, tensors);
  plan_ = std::make_unique<const Plan>(
      Plan{network::make_plan(architecture, tensors, network::network_kernels()),
           architecture.entries()});
}

Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Index Network::entries() const { return plan_->entries; }

Network::OwnedWorkspace Network::workspace() const {
  return OwnedWorkspace(new Workspace(plan_->layers));
}

std::vector<float> Network::condition(double step) const {
  return network::condition_of(plan_->layers, step);
}

void Network::run(std::span<const float> condition, const float* input, float* output,
                  Workspace& work) const {
  if (condition.size() != plan_->layers.condition_size) {
    throw Error(
        fmt::format("condition: {} numbers, this network has {}: give what `condition` made",
                    condition.size(), plan_->layers.condition_size));
  }
  network::load_planes(plan_->layers, input, work.planes);
  network::run_layers(plan_->layers, condition.data(), work.planes);
  network::store_planes(plan_->layers, work.planes, output);
}

}  // namespace pellucid
