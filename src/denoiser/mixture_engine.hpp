// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "denoiser/mixture_workspace.hpp"

namespace pellucid {

/// Rows of a component's basis that screening looks at: a multiple of the packed block; all of them
/// where screening could not pay.
template <class Real>
[[nodiscard]] Index screened_rows(const MixtureBases<Real>& bases);

/// Whether one product a component with filters formed for the level can be cheaper than two, for
/// batches of so many samples.
template <class Real>
[[nodiscard]] bool filtering_may_pay(const MixtureBases<Real>& bases, Index samples);

/// The noise levels of a batch: one for all samples, or one for each.
using Levels = std::span<const NoiseLevel>;

/// Real numbers of a batch, a sample a column at distance `stride`.
template <class Real>
struct RealBatch {
  Real* entries;
  Index stride, samples;
};

/// One batch on its way through a mixture's components; a view of the bases and of a workspace.
template <class Real>
class MixtureEngine {
 public:
  MixtureEngine(const MixtureBases<Real>& bases, double cutoff, MixtureWorkspace<Real>& work)
      : bases_(bases), cutoff_(cutoff), work_(work) {}

  /// Takes a batch in. What comes out for samples without noise means nothing, and does not disturb
  /// the others.
  void load(RealBatch<const Real> x, Levels levels);

  /// `E[x0 | x_t]` by the algorithm that the cost model chooses.
  void estimate(RealBatch<Real> x0);

  /// Posterior weights of the first `samples` into the workspace; those below the cutoff are zero.
  /// Returns how many components per sample had to be looked at in full.
  double weigh(Index samples);

  /// After `weigh` of all samples: the weighted sum of the components' means.
  void blend(RealBatch<Real> x0);

  /// After `weigh`: `sum_k p_k (tr Cov_k + |mu_k - mean|^2)` of each sample.
  void variances(RealBatch<const Real> mean, Eigen::Ref<Eigen::VectorXd> variance);

 private:
  using Entries = Real*;
  enum class Source { batch, gathered };
  enum class Algorithm { screening, rotating, filtering };

  [[nodiscard]] Source gather(Index samples);
  [[nodiscard]] linalg::SampleLevels<Real> sample_levels(Index k, Source source) const;
  void rotate(Index k, Index first, Index last, Source source, Index samples, Entries z);
  void log_weights(Index k, Index samples, Eigen::Ref<Eigen::VectorXd> out) const;
  void weigh_fully(Index samples);
  [[nodiscard]] double weigh_by_screening(Index samples);
  void screen(Index samples);
  void finish_best(Index samples);
  [[nodiscard]] double finish_survivors(Index samples);
  void finish(Index k, Index count);
  [[nodiscard]] bool is_finite(Index j) const;
  void weigh_far_observation(Index j);

  [[nodiscard]] Algorithm choose();
  void begin_softmax();
  void add_to_softmax(Index k);
  [[nodiscard]] bool end_softmax(RealBatch<Real> x0);
  [[nodiscard]] bool filtering_is_accurate() const;
  void form_filter(Index k);
  [[nodiscard]] bool filter_all(RealBatch<Real> x0);
  [[nodiscard]] Index collect_active(Index k);
  void component_means(Index k, Source source, Index samples, const Real* keep);
  [[nodiscard]] bool rotate_all(RealBatch<Real> x0);
  [[nodiscard]] bool one_level() const { return levels_.size() == 1; }

  const MixtureBases<Real>& bases_;
  double cutoff_;
  MixtureWorkspace<Real>& work_;
  RealBatch<const Real> x_ = {};
  Levels levels_;
};

}  // namespace pellucid
