// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "reproduce/known_mixture.hpp"

namespace pellucid::reproduce {

/// What mean forwarding tends to as steps become many: the flow `dz/ds2 = (z - D(z; s2)) / s2` from
/// `z = y` at the observation's noise variance down to the level `end`, and `D` there. (Twice the
/// speed of the probability flow; the step equation with a = 1 - ds2 / s2, first order in ds2.)
/// Runge-Kutta of order 4 in log s2, steps of at most `step`. N x n, model units.
template <class T>
[[nodiscard]] Matrix<T> mean_flow(const KnownMixture<T>& mixture, const Observed<T>& observed,
                                  const NoiseLevel& end, Monitor* monitor = nullptr,
                                  double step = 0.1);

}  // namespace pellucid::reproduce
