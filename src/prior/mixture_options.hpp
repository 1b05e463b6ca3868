// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/prior/fit_mixture.hpp"

namespace pellucid {

/// Throws `Error` for options out of range, or samples that they do not fit.
template <class T>
void check_mixture_options(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                           Index components);

}  // namespace pellucid
