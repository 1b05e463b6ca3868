// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/calibrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "pellucid/analysis/metrics.hpp"
#include "pellucid/analysis/test_noise.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/model/signal_estimator.hpp"
#include "pellucid/signal/statistics.hpp"

namespace pellucid {

namespace {

template <class Number>
void sort_unique(std::vector<Number>& numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

CalibrateOptions checked(CalibrateOptions options) {
  if (options.snr_db.empty()) throw Error("calibration: no SNRs: give one or more");
  for (const double snr_db : options.snr_db) {
    if (!std::isfinite(snr_db)) throw Error("calibration: an SNR is not finite");
  }
  for (const int steps : options.steps) {
    if (steps < 1) throw Error(fmt::format("calibration: {} steps: give 1 or more", steps));
  }
  options.steps.push_back(1);  // always a candidate, and what the others are paired with
  sort_unique(options.steps);
  sort_unique(options.snr_db);
  return options;
}

// The fewest steps among those that differ from the lowest error by nothing that counts: for a
// Gaussian prior all are equal but for rounding.
CalibrationTrial& fewest_of_best(std::span<CalibrationTrial> trials) {
  constexpr double margin = 1e-4;
  double lowest = trials.front().nmse;
  for (const CalibrationTrial& trial : trials) lowest = std::min(lowest, trial.nmse);
  return *std::find_if(trials.begin(), trials.end(), [&](const CalibrationTrial& trial) {
    return trial.nmse <= lowest * (1 + margin);
  });
}

// That of the same steps in bf16 where it costs next to nothing; the best otherwise.
CalibrationTrial& cheapest(CalibrationTrial& best, std::span<CalibrationTrial> trials) {
  constexpr double margin = 5e-3;
  for (CalibrationTrial& trial : trials) {
    const bool cheaper = trial.precision == Precision::bf16 && best.precision == Precision::f32;
    if (cheaper && trial.steps == best.steps && trial.nmse < best.nmse * (1 + margin)) return trial;
  }
  return best;
}

/// What is tried at every level.
struct Candidate {
  int steps;
  Precision precision;
};

std::vector<Candidate> candidates_of(const CalibrateOptions& options, const Model& model) {
  std::vector<Precision> precisions{options.precision.value_or(Precision::f32)};
  if (!options.precision && model.kind() == "network" && has_bf16_products()) {
    precisions.push_back(Precision::bf16);
  }
  std::vector<Candidate> candidates;
  for (const Precision precision : precisions) {
    for (const int steps : options.steps) candidates.push_back({steps, precision});
  }
  return candidates;
}

/// Errors of all candidates at one level.
struct Level {
  explicit Level(std::size_t candidates) : errors(candidates), differences(candidates) {}
  std::vector<ErrorMoments> errors, differences;
};

template <class T>
class Trials {
 public:
  Trials(const SignalSource<T>& clean, const Model& model, const CalibrateOptions& options,
         Monitor* monitor)
      : clean_(clean),
        options_(options),
        monitor_(monitor),
        estimator_(model, options.threads, options.block_entries),
        candidates_(candidates_of(options, model)),
        levels_(options.snr_db.size(), Level(candidates_.size())) {}

  CalibrationResult run() {
    const auto mean =
        estimator_.model().framing.is_none() ? MeanOf::each_entry : MeanOf::all_entries;
    statistics_ = measure_signals(clean_, mean, options_.block_entries, monitor_);
    if (clean_.count() < 2) {
      throw Error(
          "one validation sample: an error needs at least 2 to be known how well: give more");
    }
    if (!(statistics_.power > 0)) {
      throw Error("all validation samples are equal: their signal power is zero");
    }
    total_ = static_cast<double>(levels_.size()) * static_cast<double>(statistics_.entries) *
             static_cast<double>(candidates_.size());
    const Task task(monitor_, "calibrating", total_);
    task_ = &task;
    SignalBlock block;
    for (Index first = 0; first < clean_.count(); first += block.count) {
      block = block_from(clean_, first, options_.block_entries);
      measure(block);
    }
    return result();
  }

 private:
  void measure(const SignalBlock& block) {
    const std::vector<Index> shape = clean_.shape(block.first);
    Matrix<T> clean(entries_of(shape), block.count);
    clean_.read(block.first, clean);
    const Eigen::VectorXd powers = statistics_.centred_powers(clean);
    const Matrix<T> noise = unit_noise<T>(clean.rows(), block.count, options_.seed, block.first);
    EstimateOptions how;
    how.method = Method::mean_forwarding;
    how.threads = options_.threads;
    how.seed = options_.seed;
    how.first_sample = static_cast<std::uint64_t>(block.first);
    for (std::size_t level = 0; level < levels_.size(); ++level) {
      const Noise amount = Noise::snr_db(options_.snr_db[level]);
      const double noise_std = amount.standard_deviations(estimator_.model()).front();
      const Matrix<T> noisy = clean + static_cast<RealOf<T>>(noise_std) * noise;
      Eigen::VectorXd of_one_step;
      for (std::size_t i = 0; i < candidates_.size(); ++i) {
        how.steps.count = candidates_[i].steps;
        how.precision = candidates_[i].precision;
        PartMonitor part(
            monitor_, done_, done_ + static_cast<double>(clean.size()),
            fmt::format("{} steps at {:g} dB", how.steps.count, options_.snr_db[level]));
        const Eigen::VectorXd errors =
            squared_distances(estimator_.denoise(noisy, shape, amount, how, &part), clean);
        if (i == 0) of_one_step = errors;
        levels_[level].errors[i].add(errors, powers);
        levels_[level].differences[i].add(errors - of_one_step, powers);
        task_->update(done_ += static_cast<double>(clean.size()));
      }
    }
  }

  [[nodiscard]] CalibrationResult result() const {
    CalibrationResult result;
    for (std::size_t level = 0; level < levels_.size(); ++level) {
      const std::size_t begin = result.trials.size();
      for (std::size_t i = 0; i < candidates_.size(); ++i) {
        const Ratio error = levels_[level].errors[i].ratio_of_sums();
        const Ratio difference = levels_[level].differences[i].ratio_of_sums();
        result.trials.push_back({options_.snr_db[level], candidates_[i].steps,
                                 candidates_[i].precision, error.value, error.stderr_,
                                 difference.value, difference.stderr_, false});
      }
      const auto trials = std::span(result.trials).subspan(begin);
      const auto of_first_precision = trials.first(options_.steps.size());
      CalibrationTrial& best = cheapest(fewest_of_best(of_first_precision), trials);
      best.chosen = true;
      // As an estimate looks it up: in the model's units.
      const double v =
          Noise::snr_db(options_.snr_db[level]).model_variances(estimator_.model()).front();
      result.calibration.entries.push_back({to_db(1 / v), best.steps, best.precision});
    }
    return result;
  }

  const SignalSource<T>& clean_;
  const CalibrateOptions& options_;
  Monitor* monitor_;
  const SignalEstimator<T> estimator_;
  std::vector<Candidate> candidates_;
  std::vector<Level> levels_;
  SignalStatistics<T> statistics_;
  const Task* task_ = nullptr;
  double done_ = 0.0, total_ = 0.0;
};

}  // namespace

template <class T>
CalibrationResult calibrate(const SignalSource<T>& clean, const Model& model,
                            const CalibrateOptions& options, Monitor* monitor) {
  const CalibrateOptions usable = checked(options);
  return Trials<T>(clean, model, usable, monitor).run();
}

#define PELLUCID_INSTANTIATE(T)                                                 \
  template CalibrationResult calibrate<T>(const SignalSource<T>&, const Model&, \
                                          const CalibrateOptions&, Monitor*);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
