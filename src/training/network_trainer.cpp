// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/training/network_trainer.hpp"

#include "pellucid/version.hpp"
#include "training/torch_network.hpp"

namespace pellucid {

namespace {

class LibtorchTrainer final : public NetworkTrainer {
 public:
  void check_device(TrainingDevice device) const override {
    training::check_training_device(device);
  }
  Model train(const SampleSource<double>& clean, const SampleSpace& space,
              const NetworkTrainingOptions& options, Monitor* monitor,
              NetworkTrainingReport* report) const override {
    return train_network(clean, space, options, monitor, report);
  }
  Model train(const SampleSource<std::complex<double>>& clean, const SampleSpace& space,
              const NetworkTrainingOptions& options, Monitor* monitor,
              NetworkTrainingReport* report) const override {
    return train_network(clean, space, options, monitor, report);
  }
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const NetworkTrainer* pellucid_network_trainer(
    const char* wanted) {
  static const LibtorchTrainer trainer;
  return wanted != nullptr && wanted == version ? &trainer : nullptr;
}

}  // namespace pellucid
