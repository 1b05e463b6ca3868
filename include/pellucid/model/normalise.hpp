// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/model/model.hpp"

namespace pellucid {

/// The same model with units moved from its prior into `offset` and `scale`, so that the prior has
/// zero mean and the signal unit average variance (`scale^2 = power`), as the reverse process
/// presumes. Fitted models are so already; hand-written ones, in the user's own units, are not. Of
/// a model with a framing the prior's own variance counts, not `power`, which is the signals'.
[[nodiscard]] Model normalised(Model model);

}  // namespace pellucid
