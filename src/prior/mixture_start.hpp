// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/prior/fit_mixture.hpp"
#include "prior/scatter.hpp"

namespace pellucid {

/// The samples in clusters: k-means++ with a few passes of Lloyd's iteration on at most some 20,000
/// samples (one drawn from each of as many equal stretches of the source), the best of
/// `options.restarts` by distortion. Returns the clusters' sizes, means and sums of squares about
/// them
/// (`shift` holds the means, `first` is zero). `mean` is the mean of all samples.
template <class T>
[[nodiscard]] ScatterSums<T> cluster_samples(const SampleSource<T>& clean, Index components,
                                             const MixtureFitOptions<T>& options,
                                             const Vector<T>& mean, Monitor* monitor);

/// `C_0` of the regularisation: the covariance within the clusters, about which one mixture's
/// components scatter, with a share `K / n` of the covariance of all samples for the degrees of
/// freedom that the means took, and a floor of 1e-6 of the average variance. Throws `Error` where
/// the samples do not vary.
template <class T>
[[nodiscard]] Matrix<T> typical_covariance(const ScatterSums<T>& clusters,
                                           const Gaussian<T>& all_samples);

/// The mixture that expectation-maximisation starts from: each cluster's share, mean and
/// covariance, drawn towards `centre` with the weight of `N` samples so that small clusters are
/// usable.
template <class T>
[[nodiscard]] GaussianMixture<T> mixture_start(ScatterSums<T> clusters, const Matrix<T>& centre);

}  // namespace pellucid
