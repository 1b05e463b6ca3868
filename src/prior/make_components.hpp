// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include "prior/components.hpp"

namespace pellucid {

/// Components of the type that `options.covariance` asks for, for samples of `dim` entries;
/// `options` outlive them. Throws `Error` for a type or `blocks` that do not fit.
template <class T>
[[nodiscard]] std::unique_ptr<Components<T>> make_components(Index dim,
                                                             const MixtureFitOptions<T>& options);

}  // namespace pellucid
