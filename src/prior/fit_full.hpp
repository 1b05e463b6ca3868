// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/prior/fit_mixture.hpp"

namespace pellucid {

/// Full covariances, from k-means++ or `options.start`; options are checked already.
template <class T>
[[nodiscard]] MixtureFit<T> fit_full(const SampleSource<T>& clean,
                                     const MixtureFitOptions<T>& options, Monitor* monitor);

}  // namespace pellucid
