// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/training/network_trainer.hpp"

namespace pellucid::app {

/// The trainer of libpellucid_training.so, which lies beside the program or in the library folder
/// beside its own, and stays loaded. Throws `Error` where there is none that fits.
[[nodiscard]] const NetworkTrainer& load_trainer();

}  // namespace pellucid::app
