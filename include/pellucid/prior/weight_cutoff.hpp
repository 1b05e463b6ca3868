// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/types.hpp"

namespace pellucid {

/// The posterior weight below which one of `components` takes no part in a posterior computed in
/// the arithmetic of `T`: the precision, 1e-7 single or 1e-16 double, over K. All that is left out
/// together weighs less than the precision; the conditional mean errs by no more than that times
/// the spread of the components' means.
template <class T>
[[nodiscard]] constexpr double weight_cutoff(Index components) {
  constexpr double precision = std::is_same_v<RealOf<T>, float> ? 1e-7 : 1e-16;
  return precision / static_cast<double>(components);
}

}  // namespace pellucid
