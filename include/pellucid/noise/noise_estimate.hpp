// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace pellucid {

/// What a noise level was estimated by; `automatic` stands for the choice among them.
enum class NoiseEstimator { automatic, median, edge, wavelet, likelihood };

[[nodiscard]] std::string_view name(NoiseEstimator estimator);  ///< "auto", "median", ...
/// Throws `Error` for unknown names, listing the known.
[[nodiscard]] NoiseEstimator parse_noise_estimator(std::string_view name);

/// How far a noise level may be trusted beyond its interval, which knows of chance alone:
/// `sure` - what the estimator assumes could be checked and holds;
/// `fair` - nothing speaks against it, but it could not be checked;
/// `bound` - the data hold no more noise than the interval's upper end;
/// `doubtful` - what it assumes does not hold, as the note says.
enum class NoiseCertainty { sure, fair, bound, doubtful };

[[nodiscard]] std::string_view name(NoiseCertainty certainty);

/// A noise level found in data: the standard deviation per entry (per complex entry of complex
/// data) in the data's units.
struct NoiseEstimate {
  double noise_std = 0.0;
  std::array<double, 2> interval{};  ///< 95 %; from 0 where there is an upper bound only
  NoiseEstimator estimator = NoiseEstimator::automatic;
  NoiseCertainty certainty = NoiseCertainty::fair;
  std::string note;  ///< what it could not do; empty where there is nothing to say
};

}  // namespace pellucid
