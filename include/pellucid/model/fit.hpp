// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "pellucid/base/monitor.hpp"
#include "pellucid/base/sample_source.hpp"
#include "pellucid/model/model.hpp"
#include "pellucid/model/sample_space.hpp"
#include "pellucid/prior/fit_mixture.hpp"

namespace pellucid {

/// Fits of a whole model, units included: offset is the samples' mean, scale the square root of
/// their average variance per entry, both under the space's transform. `space.shape` is that of one
/// sample, its product `clean.dim()`; `T` is double or std::complex<double>. All throw `Error` on
/// an empty source, entries that are not finite, or samples that are all equal, and `Stopped` when
/// the monitor asks.

/// Full covariance, in one pass over the data.
template <class T>
[[nodiscard]] Model fit_gaussian_model(const SampleSource<T>& clean, SampleSpace space,
                                       int threads = 0, Monitor* monitor = nullptr);

/// The leading `rank` principal components.
template <class T>
[[nodiscard]] Model fit_pca_model(const SampleSource<T>& clean, SampleSpace space, Index rank,
                                  int threads = 0, Monitor* monitor = nullptr);

/// A Gaussian mixture; `start`, where given in `options`, is in the data's own units, `ridge` in
/// units of their average variance. `report`,
/// where given, receives what the fit did.
template <class T>
[[nodiscard]] Model fit_mixture_model(const SampleSource<T>& clean, SampleSpace space,
                                      const MixtureFitOptions<T>& options,
                                      Monitor* monitor = nullptr,
                                      MixtureFitReport* report = nullptr);

}  // namespace pellucid
