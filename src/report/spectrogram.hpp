// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"

namespace pellucid::report {

/// The short-time spectrum of a sound, in decibel: a sine of full scale has 0 dB.
struct Spectrogram {
  Eigen::MatrixXf decibel;  ///< rows: frequencies, from 0 to half the sample rate; columns: time
  double seconds = 0.0;     ///< from the first sample to the last
  double highest = 0.0;     ///< frequency, Hz
};

/// Hann windows of about 32 ms; at most `most_columns` columns and 160 rows, where several
/// frequencies share a row the strongest counts.
[[nodiscard]] Spectrogram spectrogram(const Eigen::VectorXf& sound, double sample_rate,
                                      Index most_columns = 240);

}  // namespace pellucid::report
