// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "pellucid/signal/framing.hpp"
#include "pellucid/signal/transform.hpp"

namespace pellucid {

/// What the samples of a fit are: their shape, the transform under which the prior is to describe
/// them, and how they were cut from signals. A shape alone means whole signals as they are.
struct SampleSpace {
  SampleSpace(std::vector<Index> sample_shape) : shape(std::move(sample_shape)) {}
  SampleSpace(std::initializer_list<Index> sample_shape) : shape(sample_shape) {}

  std::vector<Index> shape;
  Transform transform = Transform::none;
  Framing framing;
  /// Average variance per entry of the signals that the samples were cut from: what an SNR refers
  /// to. Absent for whole signals, whose own is taken.
  std::optional<double> signal_power;
};

}  // namespace pellucid
