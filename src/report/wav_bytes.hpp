// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "pellucid/base/types.hpp"

namespace pellucid::report {

/// A sound of full scale 1 as a WAV file in memory: one channel, 16 bits; what is beyond full
/// scale is clipped.
[[nodiscard]] std::vector<std::byte> wav_bytes(const Eigen::VectorXf& sound, double sample_rate);

}  // namespace pellucid::report
