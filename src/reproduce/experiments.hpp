// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/reproduce/experiment.hpp"

namespace pellucid::reproduce {

// What `Experiment::data` says of the two sources.
inline constexpr const char* fashion_mnist =
    "Fashion-MNIST (Debian's dataset-fashion-mnist, or --images)";
inline constexpr const char* recorded_speech =
    "recorded speech (Debian's asterisk-core-sounds-en-wav, or --sounds)";

// In the order of `reproduce all`.
[[nodiscard]] Experiment cme_gap();
[[nodiscard]] Experiment images_mixture();
[[nodiscard]] Experiment speech_mixture();
[[nodiscard]] Experiment images_real();
[[nodiscard]] Experiment speech_real();
[[nodiscard]] Experiment resampling();
[[nodiscard]] Experiment per_step();
[[nodiscard]] Experiment snr_mismatch();
[[nodiscard]] Experiment lipschitz();
[[nodiscard]] Experiment when_it_fails();
[[nodiscard]] Experiment few_steps();
[[nodiscard]] Experiment spiked_alignment();
[[nodiscard]] Experiment power_iteration();
[[nodiscard]] Experiment frequencies();
[[nodiscard]] Experiment jacobians();

}  // namespace pellucid::reproduce
