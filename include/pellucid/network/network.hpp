// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "pellucid/base/precision.hpp"
#include "pellucid/network/architecture.hpp"

namespace pellucid {

/// A network made ready to run: weights reordered, normalisations folded into
/// the convolutions beside them, memory planned. One signal, or as many as `signals()`, goes
/// through all layers while it is in the cache. Const objects are safe to share by threads; each
/// brings a workspace of its own.
///
///     const pellucid::Network network(architecture, tensors);
///     const auto condition = network.condition(10);
///     const auto work = network.workspace();
///     network.run(condition, x, noise, *work);
class Network {
 public:
  /// Buffers of one signal, and the threads that work on it; nothing is allocated while running.
  class Workspace;
  struct WorkspaceDeleter {
    void operator()(Workspace* work) const;
  };
  using OwnedWorkspace = std::unique_ptr<Workspace, WorkspaceDeleter>;

  /// Throws `Error` where the tensors are not those of the architecture (`check_tensors`).
  Network(const NetworkArchitecture& architecture, const NamedTensors& tensors,
          Precision precision = Precision::f32);
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  /// Channels times pixels.
  [[nodiscard]] Index entries() const;

  /// The most signals of one `run`, chosen for speed.
  [[nodiscard]] Index signals() const;

  /// `threads` share every layer of what is run, for the shortest time; they live as long as the
  /// workspace, whose user is one of them. Fewer where layers have no work for so many. Results do
  /// not depend on their number.
  [[nodiscard]] OwnedWorkspace workspace(int threads = 1) const;

  /// What a noise level makes of every layer's scales and shifts: the same for all signals, made
  /// once per level. `level` is the step `t = 1..T`, which need not be whole, or the SNR in
  /// decibel, as the architecture's conditioning says.
  [[nodiscard]] std::vector<float> condition(double level) const;
  /// The same into `condition`, of `condition_size()` numbers, with a workspace's buffers.
  void condition(double level, std::span<float> condition, Workspace& work) const;
  [[nodiscard]] Index condition_size() const;

  /// The network's output for `count <= signals()` signals side by side, each of `entries()`
  /// numbers, channel by channel. Throws `Error` for another network's workspace.
  void run(std::span<const float> condition, const float* input, float* output, Workspace& work,
           Index count = 1) const;

 private:
  struct Plan;
  std::unique_ptr<const Plan> plan_;
};

}  // namespace pellucid
