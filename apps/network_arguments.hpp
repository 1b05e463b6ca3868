// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pellucid/training/train_network.hpp"
#include "report_outputs.hpp"

namespace pellucid::app {

/// What `fit --prior network` was asked for, as typed; empty and 0 for what suits the samples.
struct NetworkArguments {
  std::string architecture, conditioning = "log-snr", prediction, snr_range;
  std::string loss = "l2", weighting = "uniform", precision = "auto", device = "cpu";
  Index width = 0, blocks = 0, expert_rank = 0;
  std::optional<Index> experts;
  std::optional<double> weight_decay;
  int epochs = 0, patience = 0;
  double learning_rate = 0.0;
  double save_every = NetworkTrainingOptions().save_every;
  double warm_up = NetworkTrainingOptions().warm_up;
  double average_decay = NetworkTrainingOptions().average_decay;
  double clip_norm = NetworkTrainingOptions().clip_norm;
  double validation = NetworkTrainingOptions().validation;
  ReportArguments outputs;

  /// Throws `UsageError` naming the option that is wrong.
  void check() const;
  /// Of samples of `shape`. Throws `UsageError` for what does not fit it.
  [[nodiscard]] NetworkArchitecture architecture_for(const std::vector<Index>& shape,
                                                     bool complex) const;
  /// All but the architecture, the checkpoint and what other fits share.
  [[nodiscard]] NetworkTrainingOptions options() const;
};

void add_network_options(CLI::App& fit, NetworkArguments& arguments);

}  // namespace pellucid::app
