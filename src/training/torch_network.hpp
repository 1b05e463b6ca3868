// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include "training/trainable_network.hpp"

namespace pellucid::training {

/// The architecture in libtorch. Throws `Error` for a device that is not there.
[[nodiscard]] std::unique_ptr<TrainableNetwork> make_torch_network(
    const NetworkArchitecture& architecture, TrainingLoss loss, TrainingDevice device, bool bf16);

/// Throws `Error` where there is no such device.
void check_training_device(TrainingDevice device);

/// The network's outputs for a batch's inputs, (entries, rows), with the running statistics.
[[nodiscard]] Eigen::MatrixXf torch_outputs(const NetworkArchitecture& architecture,
                                            const TrainingBatch& batch, const Numbers& weights,
                                            const Numbers& statistics, bool bf16);

/// While one of these lives, libtorch and its BLAS compute on so many threads (0 means all cores),
/// and memory that a step gives back is kept for the next one.
class TorchThreads {
 public:
  explicit TorchThreads(int threads);
  TorchThreads(const TorchThreads&) = delete;
  TorchThreads& operator=(const TorchThreads&) = delete;
  ~TorchThreads();

 private:
  int before_, blas_before_;
};

/// In a `catch (...)`: throws what was caught, errors of libtorch and lacking memory as `Error`.
[[noreturn]] void rethrow_torch_error();

}  // namespace pellucid::training
