// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <span>

#include "pellucid/training/train_network.hpp"

namespace pellucid {

namespace {

constexpr std::array<std::string_view, 2> losses{"l2", "l1"};
constexpr std::array<std::string_view, 3> weightings{"uniform", "snr", "min-snr"};
constexpr std::array<std::string_view, 3> precisions{"auto", "f32", "bf16"};
constexpr std::array<std::string_view, 2> devices{"cpu", "cuda"};

template <class E>
E parse(std::string_view text, std::span<const std::string_view> names, std::string_view what) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<E>(i);
  }
  throw Error(fmt::format("unknown {} '{}': choose one of {}", what, text, fmt::join(names, ", ")));
}

}  // namespace

std::string_view name(TrainingLoss loss) { return losses.at(static_cast<std::size_t>(loss)); }
std::string_view name(LossWeighting weighting) {
  return weightings.at(static_cast<std::size_t>(weighting));
}
std::string_view name(TrainingPrecision precision) {
  return precisions.at(static_cast<std::size_t>(precision));
}
std::string_view name(TrainingDevice device) {
  return devices.at(static_cast<std::size_t>(device));
}

TrainingLoss parse_training_loss(std::string_view name) {
  return parse<TrainingLoss>(name, losses, "loss");
}
LossWeighting parse_loss_weighting(std::string_view name) {
  return parse<LossWeighting>(name, weightings, "weighting");
}
TrainingPrecision parse_training_precision(std::string_view name) {
  return parse<TrainingPrecision>(name, precisions, "precision");
}
TrainingDevice parse_training_device(std::string_view name) {
  return parse<TrainingDevice>(name, devices, "device");
}

}  // namespace pellucid
