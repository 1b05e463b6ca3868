// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/prior/fit_mixture.hpp"
#include "prior/components.hpp"

namespace pellucid {

/// Fits `components`, whatever their covariances are: start from clusters of the samples (or from
/// the start that the components were made with), then passes of expectation-maximisation. The
/// options' `components`, `start`, `covariance` and `blocks` have been dealt with by whoever made
/// `mixture`; all others hold. The report's BIC counts the parameters that `mixture` says it has.
template <class T>
[[nodiscard]] MixtureFitReport fit_components(const SampleSource<T>& clean,
                                              const MixtureFitOptions<T>& options,
                                              Components<T>& mixture, Monitor* monitor);

}  // namespace pellucid
