// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "pellucid/prior/fit_mixture.hpp"

namespace pellucid {

/// How far a fit has come, as text that keeps every bit.
struct FitProgress {
  MixtureFitReport report;
  int singular_passes = 0;  ///< in a row
};

[[nodiscard]] std::string progress_text(const FitProgress& progress);
/// Throws `Error` where `text` is not from `progress_text`.
[[nodiscard]] FitProgress parse_progress(const std::string& text);

}  // namespace pellucid
