// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/network/network.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "network/workspace.hpp"
#include "pellucid/base/error.hpp"

namespace pellucid {

struct Network::Plan {
  network::Plan layers;
  Index entries;
};

class Network::Workspace {
 public:
  Workspace(const network::Plan& plan, int threads)
      : owner(&plan), planes(plan, threads), team(threads) {}
  const network::Plan* owner;
  network::PlaneMemory planes;
  network::ConditionMemory condition;
  Team team;
};

namespace {

void check_size(std::size_t given, std::size_t needed) {
  if (given == needed) return;
  throw Error(fmt::format("condition: {} numbers, this network has {}: give what `condition` made",
                          given, needed));
}

}  // namespace

void Network::WorkspaceDeleter::operator()(Workspace* work) const { delete work; }

Network::Network(const NetworkArchitecture& architecture, const NamedTensors& tensors,
                 Precision precision) {
  architecture.validate();
  check_tensors(architecture, tensors);
  plan_ = std::make_unique<const Plan>(
      Plan{network::make_plan(architecture, tensors, {&network::network_kernels(), precision}),
           architecture.entries()});
}

Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

Index Network::entries() const { return plan_->entries; }

Network::OwnedWorkspace Network::workspace(int threads) const {
  const network::Plan& plan = plan_->layers;
  const auto useful = static_cast<int>(std::min<Index>(threads, network::most_parts(plan)));
  return OwnedWorkspace(new Workspace(plan, std::max(1, useful)));
}

Index Network::signals() const { return plan_->layers.signals; }

Index Network::condition_size() const { return static_cast<Index>(plan_->layers.condition_size); }

std::vector<float> Network::condition(double level) const {
  std::vector<float> condition(plan_->layers.condition_size);
  network::ConditionMemory memory;
  network::condition_of(plan_->layers, level, memory, condition.data());
  return condition;
}

void Network::condition(double level, std::span<float> condition, Workspace& work) const {
  check_size(condition.size(), plan_->layers.condition_size);
  network::condition_of(plan_->layers, level, work.condition, condition.data());
}

void Network::run(std::span<const float> condition, const float* input, float* output,
                  Workspace& work, Index count) const {
  check_size(condition.size(), plan_->layers.condition_size);
  if (count < 1 || count > signals()) {
    throw Error(fmt::format("{} signals: give 1 to {}, as `signals` says", count, signals()));
  }
  if (work.owner != &plan_->layers) {
    throw Error("workspace: is another network's: give one that this network's `workspace` made");
  }
  network::load_planes(plan_->layers, input, count, work.planes);
  network::run_layers(plan_->layers, condition.data(), count, work.planes, work.team);
  network::store_planes(plan_->layers, work.planes, count, output);
}

}  // namespace pellucid
