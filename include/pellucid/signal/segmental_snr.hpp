// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

#include "pellucid/base/types.hpp"

namespace pellucid {

/// Segmental signal-to-noise ratio of an estimated sound, in decibel: the mean over segments of
/// 32 ms (`round(0.032 sample_rate)` samples, one at least, side by side) of
///
///     10 log10(sum clean^2 / sum (clean - estimate)^2),   each limited to [-10, 35] dB,
///
/// which weighs quiet passages like loud ones, as NMSE does not (Hansen and Pellom, *An effective
/// quality evaluation protocol for speech enhancement algorithms*, ICSLP 1998; the limits are
/// theirs). Segments that are silent in the clean sound, below 1e-4 (-40 dB) of its strongest
/// segment's energy, do not count, nor does a shorter rest at the end, unless it is all there is.
/// None where nothing counts. `T` is float or double. Throws `Error` for different lengths and
/// for a sample rate that is not finite and above 0.
template <class T>
[[nodiscard]] std::optional<double> segmental_snr_db(Eigen::Ref<const Vector<T>> clean,
                                                     Eigen::Ref<const Vector<T>> estimate,
                                                     double sample_rate);

}  // namespace pellucid
