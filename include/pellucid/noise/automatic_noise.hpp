// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/noise/likelihood_noise.hpp"
#include "pellucid/noise/matrix_noise.hpp"
#include "pellucid/noise/wavelet_noise.hpp"

namespace pellucid {

/// All signals as the columns of a matrix, for the Marchenko-Pastur estimators: signals of one
/// shape, their mean taken off; a single signal of two axes or more is the matrix itself. Of more
/// than 6e6 entries evenly spread rows (of a single signal columns, too) are used. Throws `Error`
/// where there is no such matrix, or several signals have more than 1e8 entries.
template <class T>
[[nodiscard]] SingularValues signal_singular_values(const NoiseSample<T>& sample);

/// A noise level by one estimator. `likelihood` is needed for that estimator alone, and may be null
/// elsewhere; `automatic` chooses without knowing the truth:
///
/// 1. with a model, the likelihood, unless the wavelet median is `fair` and the likelihood either
///    `doubtful` or a `bound`, or only `fair` and the larger of the two; a wavelet median clearly
///    below a likelihood's interval is said in the note, since it is too large rather than too
///    small;
/// 2. else, for sound and for signals of one or two axes, the wavelet median if it is not doubtful;
///    the edge where it is `sure` and less than that: both err upwards where signal is left in;
/// 3. else the edge where it is `sure`;
/// 4. else the smallest of all, `doubtful`.
///
/// Few axes say nothing of smoothness: whether neighbouring entries are alike is what the wavelet
/// median's own check sees.
template <class T>
[[nodiscard]] NoiseEstimate estimate_noise(const NoiseSample<T>& sample, NoiseEstimator estimator,
                                           const LikelihoodNoise<T>* likelihood = nullptr,
                                           Monitor* monitor = nullptr);

}  // namespace pellucid
