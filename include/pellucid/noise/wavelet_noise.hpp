// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/noise/noise_estimate.hpp"
#include "pellucid/noise/noise_sample.hpp"

namespace pellucid {

/// Wavelet median (Donoho and Johnstone, *Ideal spatial adaptation by wavelet shrinkage*,
/// Biometrika 1994): signals that vary smoothly but for few places have hardly any finest detail,
/// so that its median is noise. Of real data `s = median |d| / 0.6745`, of complex `s = median |d|
/// / sqrt(ln 2)`, over the orthonormal finest detail of all signals: diagonal detail (Daubechies'
/// wavelet of 2 vanishing moments) of pictures - two axes and colours, else the last two axes -
/// and detail along the axis of sound and vectors (8 moments); Haar's where signals are short.
///
/// Places that tell nothing are left out: where all entries under a wavelet are equal (digital
/// silence, a masked background), and where any is clipped (0.5 % or more of real entries equal to
/// the least or the greatest).
///
/// Where a second scale explains the details clearly better - a mixture of two normals of mean 0,
/// by maximum likelihood from the median's start - some of them hold signal, the median is too
/// large, and the narrow part is given in its place; the interval then reaches up to the median's.
/// `fair` where both agree within 7 %, else `doubtful`: the signal is as rough as the noise.
///
/// Constant signals have no noise: 0. Throws `Error` where signals are single numbers.
template <class T>
[[nodiscard]] NoiseEstimate wavelet_noise(const NoiseSample<T>& sample);

}  // namespace pellucid
