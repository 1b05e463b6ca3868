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

Index Network::signals() const { return plan_->layers.signals; }

std::vector<float> Network::condition(double level) const {
  return network::condition_of(plan_->layers, level);
}

void Network::run(std::span<const float> condition, const float* input, float* output,
                  Workspace& work, Index count) const {
  if (condition.size() != plan_->layers.condition_size) {
    throw Error(
        fmt::format("condition: {} numbers, this network has {}: give what `condition` made",
                    condition.size(), plan_->layers.condition_size));
  }
  if (count < 1 || count > signals()) {
    throw Error(fmt::format("{} signals: give 1 to {}, as `signals` says", count, signals()));
  }
  network::load_planes(plan_->layers, input, count, work.planes);
  network::run_layers(plan_->layers, condition.data(), count, work.planes);
  network::store_planes(plan_->layers, work.planes, count, output);
}

}  // namespace pellucid
