// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/reproduce/experiment.hpp"

namespace pellucid::reproduce {

// One a file, named alike.
[[nodiscard]] Experiment cme_gap();

}  // namespace pellucid::reproduce
