// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/denoiser/denoiser.hpp"
#include "pellucid/network/network.hpp"
#include "pellucid/network/network_prior.hpp"

namespace pellucid {

/// A network's estimate `(x_t - sqrt(1 - abar) noise(x_t, t)) / sqrt(abar)` of `E[x0 | x_t]`. It is
/// bound to the steps of its schedule: a level is rounded to the nearest step in decibel. The
/// network computes in single precision whatever `T` is.
template <class T>
class NetworkDenoiser final : public Denoiser<T> {
 public:
  using Workspace = typename Denoiser<T>::Workspace;

  /// Throws `Error` for a prior that is not valid.
  NetworkDenoiser(const NetworkPrior<Wide<T>>& prior, const Schedule& schedule);

  [[nodiscard]] Index dim() const override;
  [[nodiscard]] Index batch() const override;
  [[nodiscard]] std::unique_ptr<Workspace> workspace() const override;
  void denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
               Workspace& work) const override;
  [[nodiscard]] const Schedule* bound_schedule() const override { return &schedule_; }

 private:
  Schedule schedule_;
  Network network_;
  std::vector<std::vector<float>> conditions_;  // of steps 1..T, the first at 0
};

}  // namespace pellucid
