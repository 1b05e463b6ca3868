// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/noise/noise_sample.hpp"

namespace pellucid {

/// Finest wavelet detail of all signals.
struct FinestDetail {
  Eigen::VectorXd magnitudes;  ///< |d|; of informative places
  Index constant = 0;          ///< places left out, all equal under the wavelet
  Index clipped = 0;           ///< places left out, an entry at the least or greatest value
};

/// `Error` where signals have no axis of two entries or more.
template <class T>
[[nodiscard]] FinestDetail finest_detail(const NoiseSample<T>& sample);

}  // namespace pellucid
