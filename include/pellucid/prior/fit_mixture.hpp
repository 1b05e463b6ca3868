// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <vector>

#include "pellucid/base/monitor.hpp"
#include "pellucid/base/sample_source.hpp"
#include "pellucid/prior/covariance_type.hpp"
#include "pellucid/prior/fit_checkpoint.hpp"
#include "pellucid/prior/gaussian_mixture.hpp"

namespace pellucid {

/// How a mixture of K components is fitted to n samples of N entries. Samples and model are in the
/// same units; `T` is double or std::complex<double>.
///
/// Expectation-maximisation (Dempster, Laird and Rubin 1977, J. R. Statist. Soc. B 39, 1-38) with
/// the penalty of Fraley and Raftery 2007 (J. Classification 24, 155-181, inverse-Wishart on every
/// covariance) from a k-means++ start (Arthur and Vassilvitskii 2007).
///
/// The fit climbs the penalised likelihood `log L + sum_k log p(C_k)` with the inverse-Wishart
/// prior `p(C) ~ |C|^(-kappa/2) exp(-kappa/2 tr(C_0 C^-1))` (complex data: without the halves), up
/// to a constant `kappa` times minus the Kullback-Leibler divergence of `N(0, C)` from `N(0, C_0)`.
/// Its update is `C_k = (S_k + kappa C_0) / (n_k + kappa)` with `S_k` the scatter of `n_k` samples:
/// as if `kappa` samples of covariance `C_0` belonged to every component.
///
/// `C_0` is fixed once from the data: the covariance within the clusters of the k-means start (made
/// also where `start` is given), plus `K / n` times the covariance of all samples
/// (n those that the start clustered, at most 20,000), plus 1e-6 of the
/// average variance on the diagonal, which keeps it positive definite where entries are constant or
/// samples few. Taking the covariance of all samples instead would blur components along the
/// leading directions, where most of the variance lies between them.
///
/// A component that less than half a sample belongs to is re-seeded, except in the last pass: its
/// mean moves to the sample of lowest density, its covariance is `C_0`, its weight `1 / n`. So is
/// one whose covariance becomes singular, in at most 3 passes in a row. Between re-seedings the
/// penalised likelihood never falls, but for rounding (and without `ridge`).
template <class T>
struct MixtureFitOptions {
  Index components = 16;  ///< K, at least 1 and at most the number of samples; `start` has its own
  int passes = 100;       ///< most passes (updates) of expectation-maximisation over the data
  double tolerance = 1e-4;  ///< stop after a pass that gained less (penalised), nats per sample and
                            ///< dimension, at least 0; 0 makes all `passes`
  /// 0, or the samples of a mini-batch: the update follows every batch (stepwise
  /// expectation-maximisation, Cappe and Moulines 2009, J. R. Statist. Soc. B 71, 593-613), the
  /// sums moving to those of the batch by `(t + tau)^-0.6` in step t = 0, 1, ..., with tau the
  /// batches of a pass, at least 2. A pass is one sweep over all samples in random order; its
  /// likelihoods are those met on the way, which need not rise.
  Index batch = 0;
  int restarts = 4;  ///< k-means++ starts tried; the one with the least distortion is kept
  /// Strength of the prior in pseudo-samples per component and dimension: `kappa = regularisation
  /// N`. More helps with few samples and at high SNR, less with many samples and at low SNR. 0
  /// gives plain maximum likelihood, and an `Error` where covariances stay singular.
  double regularisation = 0.2;
  /// Added to every covariance's diagonal in each update, in the samples' units squared
  /// (scikit-learn's `reg_covar`).
  double ridge = 0.0;
  CovarianceType covariance = CovarianceType::full;
  std::vector<Index> blocks;   ///< block types: the lengths of the two axes, product N
  Index rank = 0;              ///< r of low-rank covariances, 1 to N
  double spectra_bytes = 1e9;  ///< circulant types: spectra are computed once and kept where they
                               ///< take no more than this, else in every pass
  std::uint64_t seed = 1;
  int threads = 0;
  FitCheckpoint* checkpoint = nullptr;      ///< saved to after every pass, and loaded from first
  std::optional<GaussianMixture<T>> start;  ///< start here instead of from k-means++: means N x K
                                            ///< and K covariances N x N in the samples' units
};

/// A component that was moved to a badly modelled sample.
struct Reseeding {
  int pass;         ///< counted from 1
  Index component;  ///< counted from 0
  bool singular;    ///< its covariance had become singular; else it was empty
};

/// What a fit did.
struct MixtureFitReport {
  std::vector<double> log_likelihood;  ///< per pass, mean nats per sample, before its update
  std::vector<double> penalised_log_likelihood;  ///< the same plus log prior / n
  std::vector<Index> reseeded;                   ///< components re-seeded in each pass (count)
  std::vector<Reseeding> reseedings;             ///< all of them
  bool converged = false;                        ///< stopped by `tolerance`, not by `passes`
  /// Schwarz's criterion (1978, Ann. Statist. 6, 461-464), `p log n - 2 n l`, of p free real
  /// numbers and the likelihood l of the last pass, which is before its update; less is better.
  double bic = 0.0;
};

/// The fitted mixture, its means N x K, its covariances K times N x N, in the samples' units.
template <class T>
struct MixtureFit {
  GaussianMixture<T> prior;
  MixtureFitReport report;
};

/// Expectation-maximisation in double precision from a k-means++ start, with covariances of type
/// `full` (`fit_structured_mixture` makes all types). Reads `clean` (n samples of N entries) in
/// blocks, several times a pass at most; the result does not depend on `options.threads`. Throws
/// `Error` for options out of range, with fewer samples than components, a `start` of another
/// dimension, entries that are not finite, a checkpoint of another fit, or where a covariance
/// cannot be kept positive definite; `Stopped` when the monitor asks.
template <class T>
[[nodiscard]] MixtureFit<T> fit_mixture(const SampleSource<T>& clean,
                                        const MixtureFitOptions<T>& options,
                                        Monitor* monitor = nullptr);

}  // namespace pellucid
