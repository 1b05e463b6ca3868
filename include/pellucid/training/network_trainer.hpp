// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/training/train_network.hpp"

namespace pellucid {

/// `train_network` for a program that loads libpellucid_training.so only when it trains, as loading
/// libtorch takes most of a second.
class NetworkTrainer {
 public:
  virtual ~NetworkTrainer() = default;
  /// Throws `Error` where the machine or libtorch has no such device.
  virtual void check_device(TrainingDevice device) const = 0;
  [[nodiscard]] virtual Model train(const SampleSource<double>& clean, const SampleSpace& space,
                                    const NetworkTrainingOptions& options, Monitor* monitor,
                                    NetworkTrainingReport* report) const = 0;
  [[nodiscard]] virtual Model train(const SampleSource<std::complex<double>>& clean,
                                    const SampleSpace& space, const NetworkTrainingOptions& options,
                                    Monitor* monitor, NetworkTrainingReport* report) const = 0;
};

/// The symbol to look up in the library, of type `NetworkTrainerEntry`: gives the one trainer,
/// which lives as long as the library is loaded, or null where `version` is not the library's
/// `pellucid::version`: types may differ then. Both sides must be of one build.
inline constexpr const char* network_trainer_symbol = "pellucid_network_trainer";
using NetworkTrainerEntry = const NetworkTrainer* (*)(const char* version);

}  // namespace pellucid
