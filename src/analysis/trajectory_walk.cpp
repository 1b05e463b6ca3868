// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/trajectory_walk.hpp"

#include <atomic>
#include <cmath>
#include <numeric>

#include "analysis/linear_levels.hpp"
#include "pellucid/analysis/frequency_bands.hpp"
#include "pellucid/analysis/metrics.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/base/random.hpp"

namespace pellucid {

namespace {

std::vector<double> to_vector(const Eigen::VectorXd& values) {
  return {values.begin(), values.end()};
}

// The walk of all tiles, and what is measured on the way: a number for every signal and step,
// averaged in the order of the signals at the end.
template <class T>
class Walk {
 public:
  Walk(const Denoiser<T>& denoiser, const WalkSignals<T>& signals,
       const std::vector<double>& noise_std, const TrajectoryOptions& options)
      : denoiser_(denoiser),
        signals_(signals),
        noise_std_(noise_std),
        options_(options),
        bands_(FrequencyBands<T>(signals.shape, options.bands), signals.count,
               static_cast<int>(noise_std.size()), in_signal_space(signals.clean)),
        errors_(signals.count, static_cast<Index>(noise_std.size())),
        squares_(noise_std.size()) {
    for (const double s : noise_std) {
      levels_.push_back(NoiseLevel::from_variance(std::pow(s / signals.scale, 2)));
    }
    for (auto& squares : squares_) squares.resize(signals.reference.cols(), signals.count);
  }

  void run(Monitor* monitor) {
    const Index batch = denoiser_.batch(), tiles = (signals_.count + batch - 1) / batch;
    const Task task(monitor, "following the process", static_cast<double>(tiles));
    std::atomic<Index> done{0};
    parallel_for(tiles, options_.threads, [&](Index tile, int worker) {
      run_tile(tile * batch, std::min(batch, signals_.count - tile * batch));
      ++done;
      if (worker == 0) task.update(static_cast<double>(done));
    });
  }

  void report(Trajectory& out) const {
    out.band_edges = bands_.bands().edges();
    out.signals = signals_.count;
    const bool has_clean = signals_.clean.cols() > 0;
    const Eigen::MatrixXd energy = bands_.energy(), error = bands_.error();
    Eigen::VectorXd powers;
    if (has_clean) {
      out.clean_band_energy =
          to_vector(bands_.bands().energy(in_signal_space(signals_.clean)).rowwise().mean());
      out.clean_spectrum = to_vector(mean_squares(squared_coefficients(signals_.clean)));
      const Vector<T> mean = signals_.clean.rowwise().mean();
      powers = (signals_.clean.colwise() - mean).colwise().squaredNorm().transpose();
    }
    for (std::size_t i = 0; i < noise_std_.size(); ++i) {
      const auto column = static_cast<Index>(i);
      TrajectoryStep step;
      step.step = static_cast<int>(i) + 1;
      step.noise_std = noise_std_[i];
      step.band_energy = to_vector(energy.col(column));
      step.spectrum = to_vector(mean_squares(squares_[i]));
      if (has_clean) {
        const Ratio nmse = ratio_of_sums(errors_.col(column), powers);
        step.nmse = nmse.value;
        step.nmse_stderr = nmse.stderr_;
        step.band_error = to_vector(error.col(column));
      }
      out.steps.push_back(std::move(step));
    }
  }

 private:
  Matrix<T> in_signal_space(ConstBatch<T> x) const {
    Matrix<T> signals = T(signals_.scale) * x;
    if (signals_.to_signal && signals.cols() > 0) signals_.to_signal(signals);
    return signals;
  }

  Eigen::MatrixXd squared_coefficients(ConstBatch<T> x) const {
    return (signals_.reference.adjoint() * x).cwiseAbs2();
  }

  Eigen::VectorXd mean_squares(const Eigen::MatrixXd& squares) const {
    return squares.rowwise().mean() * (signals_.scale * signals_.scale);
  }

  // x at the first level: observations of the clean signals, or noise alone.
  Matrix<T> start(Index first, Index count) const {
    const bool has_clean = signals_.clean.cols() > 0;
    const NoiseLevel& level = levels_.front();
    Matrix<T> x(signals_.reference.rows(), count);
    RandomStream(options_.seed, has_clean ? Purpose::observation_noise : Purpose::start_noise)
        .normal<T>(static_cast<std::uint64_t>(first), 0, x);
    if (has_clean || !options_.variance_preserving) x *= T(std::sqrt(level.noise));
    if (has_clean) x += T(std::sqrt(level.alpha_bar)) * signals_.clean.middleCols(first, count);
    return x;
  }

  void run_tile(Index first, Index count) {
    Matrix<T> x = start(first, count), estimate(x.rows(), count), noise(x.rows(), count);
    std::vector<std::uint64_t> numbers(static_cast<std::size_t>(count));
    std::iota(numbers.begin(), numbers.end(), static_cast<std::uint64_t>(first));
    const auto workspace = denoiser_.workspace();
    const RandomStream random(options_.seed, Purpose::reverse_noise);
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const bool last = i + 1 == levels_.size();
      const NoiseLevel from = levels_[i], to = last ? NoiseLevel::clean() : levels_[i + 1];
      denoiser_.denoise(x, {&from, 1}, estimate, *workspace);
      const StepCoefficients step = linear_step(options_.mode, noise_std_[i],
                                                last ? 0 : noise_std_[i + 1], options_.resampling);
      // The rule is that of x / sqrt(abar), whose noise grows without bound.
      const double gain = std::sqrt(to.alpha_bar);
      Matrix<T> next = T(gain * step.estimate) * estimate +
                       T(gain * step.current / std::sqrt(from.alpha_bar)) * x;
      if (step.noise_std > 0) {
        random.normal<T>(numbers.front(), static_cast<std::uint32_t>(i), noise);
        next += T(gain * step.noise_std / signals_.scale) * noise;
      }
      record({static_cast<int>(i), numbers, {&from, 1}, {&to, 1}, x, estimate, next});
      x = std::move(next);
    }
  }

  void record(const StepView<T>& view) {
    const auto first = static_cast<Index>(view.samples.front());
    const Index count = view.x0hat.cols();
    squares_[static_cast<std::size_t>(view.index)].middleCols(first, count) =
        squared_coefficients(view.x0hat);
    if (signals_.clean.cols() > 0) {
      errors_.col(view.index).segment(first, count) =
          squared_distances(view.x0hat, signals_.clean.middleCols(first, count));
    }
    const Matrix<T> signal = in_signal_space(view.x0hat);
    bands_.record({view.index, view.samples, view.from, view.to, view.x_t, signal, view.x_u});
  }

  const Denoiser<T>& denoiser_;
  const WalkSignals<T>& signals_;
  const std::vector<double>& noise_std_;
  const TrajectoryOptions& options_;
  BandRecorder<T> bands_;
  std::vector<NoiseLevel> levels_;
  Eigen::MatrixXd errors_;                // |x - x0hat|^2, signals x steps
  std::vector<Eigen::MatrixXd> squares_;  // of every step, directions x signals
};

}  // namespace

template <class T>
void walk(const Denoiser<T>& denoiser, const WalkSignals<T>& signals,
          const std::vector<double>& noise_std, const TrajectoryOptions& options, Trajectory& out,
          Monitor* monitor) {
  Walk<T> walk(denoiser, signals, noise_std, options);
  walk.run(monitor);
  walk.report(out);
}

template void walk<double>(const Denoiser<double>&, const WalkSignals<double>&,
                           const std::vector<double>&, const TrajectoryOptions&, Trajectory&,
                           Monitor*);
template void walk<std::complex<double>>(const Denoiser<std::complex<double>>&,
                                         const WalkSignals<std::complex<double>>&,
                                         const std::vector<double>&, const TrajectoryOptions&,
                                         Trajectory&, Monitor*);

}  // namespace pellucid
