// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "reproduce/known_mixture.hpp"

namespace pellucid::reproduce {

/// The ways in which the papers' rule with `T` steps departs from the conditional mean; N x n.
template <class T>
struct ForwardingGaps {
  Matrix<T> start;    ///< one step, at the nearest step's level instead of the observation's
  Matrix<T> forward;  ///< every step, from the observation's own level
  Matrix<T> both;     ///< the papers' rule
};

/// Estimates of the observations by the exact denoiser under the papers' schedule with `steps`
/// steps. `T` is double or std::complex<double>.
template <class T>
[[nodiscard]] ForwardingGaps<T> forwarding_gaps(const KnownMixture<T>& mixture,
                                                const Observed<T>& observed, int steps,
                                                Monitor* monitor = nullptr);

}  // namespace pellucid::reproduce
