// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "pellucid/analysis/evaluation.hpp"
#include "pellucid/base/monitor.hpp"
#include "pellucid/base/signal_source.hpp"
#include "pellucid/model/model.hpp"
#include "pellucid/reverse/estimate.hpp"

namespace pellucid {

/// A model and what to call it in results.
struct NamedModel {
  std::string name;
  Model model;
};

struct EvaluateOptions {
  std::vector<double> snr_db;
  std::vector<Method> methods{Method::automatic};
  EstimateOptions estimate;   ///< steps, re-sampling, draws, seed, threads; `method` is not used
  Index gallery_samples = 0;  ///< pictures of the first samples in `Evaluation::gallery`; 0: none
  Index block_entries = default_block_entries;  ///< signals in hand at a time, in entries
};

/// Adds noise to clean test signals and measures every method of every model, and the baselines:
/// the observation itself (`least-squares`), the Wiener filter for the mean and covariance of the
/// first model that has a full covariance (`wiener`), and the projection onto that covariance's
/// components above the noise (`pca`); both through that model's framing. Noise levels and NMSE use
/// the test set's own mean and average variance (`measure_signals`), the same for every model; the
/// same noise draws, scaled, serve every method and SNR. With a known `truth`, a model of whole
/// samples, the exact conditional mean (`cme`), its error, the posterior's average variance (MMSE)
/// and every method's excess over it are measured, in double precision. Of sounds the segmental SNR
/// is measured too. The source is read twice, a block at a time.
/// Throws `Error` where shapes or real and complex disagree; `Stopped` when the monitor asks.
template <class T>
[[nodiscard]] Evaluation evaluate(const SignalSource<T>& clean,
                                  const std::vector<NamedModel>& models, const NamedModel* truth,
                                  const EvaluateOptions& options, Monitor* monitor = nullptr);

/// The columns of a matrix, of the first model's shape.
template <class T>
[[nodiscard]] Evaluation evaluate(ConstBatch<T> clean, const std::vector<NamedModel>& models,
                                  const NamedModel* truth, const EvaluateOptions& options,
                                  Monitor* monitor = nullptr);

}  // namespace pellucid
