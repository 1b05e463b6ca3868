// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pellucid/base/monitor.hpp"
#include "pellucid/base/sample_source.hpp"
#include "pellucid/model/model.hpp"
#include "pellucid/model/sample_space.hpp"
#include "pellucid/prior/fit_checkpoint.hpp"

namespace pellucid {

/// What is minimised: squares or magnitudes of the difference between the network's output and
/// what it is to predict, averaged over entries.
enum class TrainingLoss { l2, l1 };

/// Weight of a noise level in the loss. With `SNR = abar / (1 - abar)` and the error of x0 that an
/// output implies: `uniform` weighs outputs alike; `snr` weighs `|x0hat - x0|^2` by SNR; `min_snr`
/// by min(SNR, 5) (Hang et al., arXiv 2303.09556). Magnitudes, of `l1`, have the weights' roots.
enum class LossWeighting { uniform, snr, min_snr };

/// Arithmetic of the training steps. Weights, averages and Adam are single precision always;
/// `bf16` rounds inputs of convolutions and matrix products; `automatic` takes it where this
/// processor multiplies such numbers, and f32 on other devices.
enum class TrainingPrecision { automatic, f32, bf16 };

enum class TrainingDevice { cpu, cuda };

/// How a network is trained. The levels and what the network predicts are its architecture's:
/// `log_snr` draws SNRs uniformly in decibel between its ends, `step` the schedule's steps.
struct NetworkTrainingOptions {
  /// Absent: `default_architecture` of the samples' shape.
  std::optional<NetworkArchitecture> architecture;
  Schedule schedule;  ///< of the model; what networks of `Conditioning::step` are trained for
  TrainingLoss loss = TrainingLoss::l2;
  LossWeighting weighting = LossWeighting::uniform;
  int epochs = 0;   ///< passes over the samples; 0: the architecture's steps, 100 or more an epoch
  Index batch = 0;  ///< signals a step; 0: the architecture's
  double learning_rate = 0.0;    ///< the highest, after warming up; 0: the architecture's
  double warm_up = 0.03;         ///< share of all steps in which the rate rises from 0
  double average_decay = 0.998;  ///< of the moving average of the weights, which is the result
  /// Share of a weight that the learning rate takes off it in every step, beside the gradient
  /// (Loshchilov and Hutter, arXiv 1711.05101). Absent: the architecture's.
  std::optional<double> weight_decay;
  double clip_norm = 1.0;  ///< longest gradient; 0: any
  /// Share of the samples kept for the validation loss, at most 4096 of them; 0: none, and the last
  /// epoch's weights are the result instead of the best one's.
  double validation = 0.1;
  int patience = 0;  ///< epochs without a better validation loss that end the training; 0: never
  TrainingPrecision precision = TrainingPrecision::automatic;
  TrainingDevice device = TrainingDevice::cpu;
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores; the same number gives the same weights bit for bit
  /// Saved to after epochs, every five minutes, when stopped and at the end, and loaded from first.
  /// A save that fails is warned of.
  FitCheckpoint* checkpoint = nullptr;
  double save_every = 10.0;  ///< seconds at least from a save to one at an epoch's end
};

/// One pass over the samples, or `passes_per_epoch`.
struct TrainingEpoch {
  double training_loss = 0.0;    ///< mean over the epoch, of weights as they were at each step
  double validation_loss = 0.0;  ///< of the averaged weights; NaN without validation
  double learning_rate = 0.0;    ///< at its end
  double seconds = 0.0;          ///< validation included
};

struct NetworkTrainingReport {
  NetworkArchitecture architecture;
  Index weights = 0;  ///< numbers learnt
  Index training_samples = 0, validation_samples = 0;
  Index batch = 0;
  int epochs_planned = 0;
  Index passes_per_epoch = 1;
  bool bf16 = false;
  int best_epoch = 0;  ///< from 1: whose weights the model has
  std::vector<TrainingEpoch> epochs;
  std::vector<Index> validation_indices;  ///< in the source, ascending: samples kept apart
};

/// The loss or a gradient was not finite. `last_good` is the model of the best epoch before, null
/// when none had ended.
class TrainingDiverged : public Error {
 public:
  TrainingDiverged(const std::string& what, std::shared_ptr<const Model> model)
      : Error(what), last_good(std::move(model)) {}

  std::shared_ptr<const Model> last_good;
};

/// A network for samples of this shape, by `kind` ("cnn", "unet", "mlp") or, where that is empty,
/// what suits the shape: a U-Net for pictures, an MLP for vectors. Velocity, conditioned on the
/// log-SNR. Throws `Error` for a kind that is not known or does not fit the shape.
[[nodiscard]] NetworkArchitecture default_architecture(const std::vector<Index>& sample_shape,
                                                       bool complex, std::string_view kind = {});

/// Names as on the command line: "l2"; "uniform", "snr", "min-snr"; "auto", "f32", "bf16"; "cpu",
/// "cuda". Parsing throws `Error` listing those known.
[[nodiscard]] std::string_view name(TrainingLoss loss);
[[nodiscard]] std::string_view name(LossWeighting weighting);
[[nodiscard]] std::string_view name(TrainingPrecision precision);
[[nodiscard]] std::string_view name(TrainingDevice device);
[[nodiscard]] TrainingLoss parse_training_loss(std::string_view name);
[[nodiscard]] LossWeighting parse_loss_weighting(std::string_view name);
[[nodiscard]] TrainingPrecision parse_training_precision(std::string_view name);
[[nodiscard]] TrainingDevice parse_training_device(std::string_view name);

/// Bytes that `train_network` holds for samples and network, without what a step needs.
[[nodiscard]] Index training_bytes(Index samples, const NetworkArchitecture& architecture);

/// Trains a network to a model: offset the samples' mean, scale the square root of their average
/// variance per entry, both under the space's transform. The samples are read once and held in
/// single precision (`training_bytes`). `T` is double or std::complex<double>. `report`, where
/// given, receives what the training did, also where it diverged. Warns where the validation loss
/// is above that of a network whose output is 0.
///
/// Throws `Error` for samples as `fit_gaussian_model` does, for fewer than two, for options out of
/// range or that do not fit the shape, for a checkpoint of other data or options (named), without
/// memory, and for a device that is not there; `TrainingDiverged` when the loss is not finite;
/// `Stopped` when the monitor asks, with the checkpoint written.
///
/// In the library `Pellucid::training`, which brings libtorch; all else of this header is in
/// `Pellucid::pellucid`.
template <class T>
[[nodiscard]] Model train_network(const SampleSource<T>& clean, const SampleSpace& space,
                                  const NetworkTrainingOptions& options, Monitor* monitor = nullptr,
                                  NetworkTrainingReport* report = nullptr);

}  // namespace pellucid
