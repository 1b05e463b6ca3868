// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/trajectory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/linear_levels.hpp"
#include "analysis/noise_levels.hpp"
#include "analysis/trajectory_walk.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/signal_source.hpp"
#include "pellucid/denoiser/linear_denoiser.hpp"
#include "pellucid/model/access.hpp"
#include "pellucid/prior/low_rank.hpp"

namespace pellucid {

namespace {

void check_shape(Index rows, Index dim) {
  if (rows != dim) {
    throw Error(fmt::format("signals have {} entries, the denoiser's have {}", rows, dim));
  }
}

void check(const TrajectoryOptions& options) {
  check_noise_levels(options.noise_std);
  if (options.count < 1) throw Error(fmt::format("count: {}: give 1 or more", options.count));
  if (options.components < 1) {
    throw Error(fmt::format("components: {}: give 1 or more", options.components));
  }
  check_resampling(options.resampling);
}

// Leading eigenvectors of the clean signals' covariance, or of the model's where it has one.
template <class T>
Matrix<T> directions(const Model& model, const Matrix<T>& clean, Index count) {
  if (clean.cols() > 1) return sample_spectrum<T>(clean, count, true).eigenvectors;
  if (model.kind() == "network") return Matrix<T>(model.dim(), 0);
  return leading_components(moments<T>(model), count).eigenvectors;
}

// A denoiser that knows the steps of a schedule only gets its steps' levels.
template <class T>
std::vector<double> model_levels(const Estimator<T>& estimator, const TrajectoryOptions& options) {
  std::vector<double> levels = descending_levels(options.noise_std);
  const Schedule* bound = estimator.denoiser().bound_schedule();
  if (bound == nullptr) return levels;
  const double scale = estimator.model().scale;
  for (double& level : levels) {
    const double variance = level * level / (scale * scale);
    const int step = bound->nearest_step(NoiseLevel::from_variance(variance).snr_db());
    level = scale * std::sqrt(bound->level(step).variance());
  }
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  return levels;
}

}  // namespace

template <class T>
Trajectory follow_trajectory(const Estimator<T>& estimator, ConstBatch<T> clean,
                             const TrajectoryOptions& options, Monitor* monitor) {
  check(options);
  const Model& model = estimator.model();
  if (!model.framing.is_none()) {
    throw Error(
        fmt::format("the model is of {}, not of whole signals: a trajectory needs one of "
                    "whole signals",
                    model.framing.text()));
  }
  Trajectory out;
  out.denoiser = model.kind();
  out.mode = options.mode;
  out.dim = model.dim();
  out.complex_data = is_complex<T>;
  WalkSignals<T> signals;
  signals.count = options.count;
  if (clean.cols() > 0) {
    check_shape(clean.rows(), model.dim());
    signals.clean = estimator.to_model_units(clean);
    signals.count = clean.cols();
  }
  signals.shape = model.shape;
  signals.scale = model.scale;
  signals.reference = directions(model, signals.clean, std::min(options.components, model.dim()));
  const SampleTransform<T> transform(model.transform, model.shape);
  signals.to_signal = [&transform](Batch<T> x) { transform.inverse(x); };
  walk<T>(estimator.denoiser(), signals, model_levels(estimator, options), options, out, monitor);
  return out;
}

template <class T>
Trajectory follow_linear_trajectory(const TrainingSignals<T>& training, ConstBatch<T> clean,
                                    const std::vector<Index>& shape,
                                    const TrajectoryOptions& options, Monitor* monitor) {
  check(options);
  check_shape(entries_of(shape), training.dim());
  LinearProcessOptions process;
  process.mode = options.mode;
  process.noise_std = options.noise_std;
  process.weights = options.weights;
  process.resampling = options.resampling;
  process.variance_preserving = options.variance_preserving;
  process.fixed_basis = options.fixed_basis;
  process.threads = options.threads;
  const LinearLevels<T> levels = fit_levels(training, process, monitor);

  Trajectory out;
  out.denoiser = "linear";
  out.mode = options.mode;
  out.dim = training.dim();
  out.training = training.samples();
  out.complex_data = is_complex<T>;
  WalkSignals<T> signals;
  signals.count = options.count;
  if (clean.cols() > 0) {
    check_shape(clean.rows(), training.dim());
    signals.clean = clean.colwise() - training.mean();
    signals.count = clean.cols();
  }
  signals.shape = shape;
  signals.reference = training.basis();
  std::vector<NoiseLevel> grid;
  for (const double s : levels.noise_std) grid.push_back(NoiseLevel::from_variance(s * s));
  walk<T>(LinearDenoiser<T>(grid, levels.filters), signals, levels.noise_std, options, out,
          monitor);
  out.linear = follow_levels(training, levels, process, monitor);
  for (std::size_t i = 0; i < out.steps.size(); ++i) out.steps[i].linear = out.linear->steps[i];
  return out;
}

#define PELLUCID_INSTANTIATE(T)                                                             \
  template Trajectory follow_trajectory<T>(const Estimator<T>&, ConstBatch<T>,              \
                                           const TrajectoryOptions&, Monitor*);             \
  template Trajectory follow_linear_trajectory<T>(const TrainingSignals<T>&, ConstBatch<T>, \
                                                  const std::vector<Index>&,                \
                                                  const TrajectoryOptions&, Monitor*);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
