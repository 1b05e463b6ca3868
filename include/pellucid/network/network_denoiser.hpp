// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>

#include "pellucid/denoiser/denoiser.hpp"
#include "pellucid/network/network.hpp"
#include "pellucid/network/network_prior.hpp"

namespace pellucid {

/// A network's estimate of `E[x0 | x_t]`, affine in its output: of a network that predicts the
/// noise
/// `(x_t - sqrt(1 - abar) output) / sqrt(abar)`. A network conditioned on steps is bound to those
/// of its schedule: a level is rounded to the nearest step in decibel; one conditioned on the SNR
/// takes any level: beyond the range it was trained
/// for the nearer end is asked, and below it the estimate is made as at that end. The network
/// computes in its own precision whatever `T` is.
template <class T>
class NetworkDenoiser final : public Denoiser<T> {
 public:
  using Workspace = typename Denoiser<T>::Workspace;

  /// Throws `Error` for a prior that is not valid.
  NetworkDenoiser(const NetworkPrior<Wide<T>>& prior, const Schedule& schedule,
                  Precision precision = Precision::f32);

  [[nodiscard]] Index dim() const override;
  [[nodiscard]] Index batch() const override;
  [[nodiscard]] std::unique_ptr<Workspace> workspace() const override;
  [[nodiscard]] std::unique_ptr<Workspace> workspace_of(int threads) const override;
  void denoise(ConstBatch<T> x_t, std::span<const NoiseLevel> levels, Batch<T> x0,
               Workspace& work) const override;
  [[nodiscard]] const NetworkDenoiser& in(Precision precision) const override;
  [[nodiscard]] const Schedule* bound_schedule() const override {
    return by_steps() ? &schedule_ : nullptr;
  }
  [[nodiscard]] std::optional<SnrRange> trained_range() const override;

 private:
  /// What the network is asked at a level, and the estimate `keep x_t + take output`.
  struct Question {
    double level;  ///< of `Network::condition`
    double keep, take;

    bool operator==(const Question&) const = default;
  };
  [[nodiscard]] bool by_steps() const { return conditioning_ == Conditioning::step; }
  [[nodiscard]] Question question(const NoiseLevel& level) const;

  NetworkPrior<Wide<T>> prior_;  // copies share the weights
  Schedule schedule_;
  Precision precision_;
  Network network_;
  Conditioning conditioning_;
  Prediction prediction_;
  double lowest_snr_db_, highest_snr_db_;
  mutable std::mutex others_mutex_;
  mutable std::array<std::unique_ptr<const NetworkDenoiser>, 3> others_;  // by precision
};

}  // namespace pellucid
