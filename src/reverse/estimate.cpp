// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/reverse/estimate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

#include "pellucid/base/parallel.hpp"
#include "reverse/tiles.hpp"

namespace pellucid {

namespace {

void check_resampling(double resampling) {
  constexpr double most = 1e3;  // beyond sense, and far from overflow
  if (!(resampling >= 0 && resampling <= most)) {
    throw Error(fmt::format("re-sampling: {}: choose a number from 0 to {}", resampling, most));
  }
}

void check_shape(Index rows, Index dim) {
  if (rows != dim) {
    throw Error(fmt::format("samples have {} entries, the denoiser's have {}", rows, dim));
  }
}

void check(const EstimateOptions& options, Index samples, std::span<const double> variances) {
  const auto count = static_cast<Index>(variances.size());
  if (count != 1 && count != samples) {
    throw Error(fmt::format("noise: {} levels for {} samples: give one, or one for each sample",
                            count, samples));
  }
  for (const double v : variances) {
    if (!(v >= 0) || !std::isfinite(v)) {
      throw Error(fmt::format("noise: variance {}: it must be finite and not negative", v));
    }
  }
  if (options.steps.count < 0) {
    throw Error(fmt::format("steps: {}: choose 1 or more", options.steps.count));
  }
  check_resampling(options.resampling);
  if (options.draws < 1) throw Error(fmt::format("draws: {}: choose 1 or more", options.draws));
}

void warn_outside_range(const SnrRange& trained, bool by_steps, std::span<const double> variances,
                        Monitor* monitor) {
  double low = trained.lowest, high = trained.highest;
  for (const double v : variances) {
    if (v == 0) continue;  // returned as it is
    low = std::min(low, to_db(1 / v));
    high = std::max(high, to_db(1 / v));
  }
  constexpr double slack = 0.05;  // below what the message shows
  if (high <= trained.highest + slack && low >= trained.lowest - slack) return;
  warn(
      monitor,
      fmt::format("SNR {:.1f} dB lies outside the model's {} ({:.1f} to {:.1f} dB); the nearest {} "
                  "is used",
                  high > trained.highest + slack ? high : low, by_steps ? "steps" : "trained range",
                  trained.lowest, trained.highest, by_steps ? "step" : "SNR in it"));
}

// Work done by all threads, in evaluations of the denoiser times samples; a whole tile of many
// steps would be too long to wait for a sign of life or to be stopped.
class Progress {
 public:
  Progress(const Task& task, Monitor* monitor, double total)
      : task_(task), monitor_(monitor), total_(total) {}

  // The monitor's progress is only ever called from the calling thread, which is worker 0.
  void advance(Index evaluations, int worker) {
    if (monitor_ == nullptr) return;
    if (monitor_->stop_requested()) throw Stopped();
    const Index done = done_ += evaluations;
    if (worker == 0) task_.update(static_cast<double>(done) / total_);
  }

 private:
  const Task& task_;
  Monitor* monitor_;
  double total_;
  std::atomic<Index> done_{0};
};

// What one thread needs to take tiles through the process.
template <class T>
struct Worker {
  Worker(const Denoiser<T>& whose, const ProcessOptions& how, int on_one, Progress& progress,
         int number)
      : denoiser(whose),
        options(how),
        threads(on_one),
        tick([&progress, number](Index columns) { progress.advance(columns, number); }),
        x(denoiser.dim(), denoiser.batch()),
        numbers(static_cast<std::size_t>(denoiser.batch())) {}

  // Runs the first `count` columns of `x`.
  void run(Index count, std::optional<Precision> precision, std::span<const Grid> tile_grids,
           const RandomStream& random, const Observer<T>& observer) {
    auto& process = processes[precision ? 1 + static_cast<std::size_t>(*precision) : 0];
    if (!process) {
      process.emplace(precision ? denoiser.in(*precision) : denoiser, options, threads);
    }
    process->run(x.leftCols(count), tile_grids,
                 std::span(numbers).first(static_cast<std::size_t>(count)), random, observer, tick);
  }

  const Denoiser<T>& denoiser;
  ProcessOptions options;
  int threads;
  std::array<std::optional<ReverseProcess<T>>, 4>
      processes;  // the denoiser's own, then by precision
  Tick tick;
  Matrix<T> x;
  std::vector<std::uint64_t> numbers;  // of the tile's samples
  std::vector<Grid> grids;
};

// Runs `body(tile, worker)` for all tiles; where there are fewer tiles than threads, several work
// on one tile.
template <class T, class Body>
void for_each_tile(const Denoiser<T>& denoiser, const ProcessOptions& process, Index tiles,
                   int threads, Progress& progress, const Body& body) {
  const int usable = thread_count(threads);
  const auto on_one = static_cast<int>(usable / std::clamp<Index>(tiles, 1, usable));
  std::vector<std::optional<Worker<T>>> workers(static_cast<std::size_t>(usable));
  parallel_for(tiles, threads, [&](Index tile, int number) {
    auto& worker = workers[static_cast<std::size_t>(number)];
    if (!worker) worker.emplace(denoiser, process, on_one, progress, number);
    body(tile, *worker);
  });
}

// Estimation of one batch: what all its tiles share.
template <class T>
struct Estimation {
  GridChoice grid_of;
  std::span<const double> variances;
  const EstimateOptions& options;
  const Observer<T>& observer;

  [[nodiscard]] double variance_of(Index sample) const {
    return variances[variances.size() == 1 ? 0 : static_cast<std::size_t>(sample)];
  }
  [[nodiscard]] int draws() const { return options.method == Method::average ? options.draws : 1; }

  void choose_grids(Tile tile, std::vector<Grid>& grids) const {
    grids.clear();
    for (const Index sample : tile) {
      grids.push_back(grid_of(variance_of(sample)));
      if (variances.size() == 1) return;
    }
  }

  // x_t = sqrt(SNR / (1 + SNR)) y with the observation's own SNR, whatever its first level.
  void load(ConstBatch<T> noisy, Tile tile, Worker<T>& worker) const {
    for (std::size_t j = 0; j < tile.size(); ++j) {
      const double gain = 1 / std::sqrt(1 + variance_of(tile[j]));
      worker.x.col(static_cast<Index>(j)) = static_cast<RealOf<T>>(gain) * noisy.col(tile[j]);
      worker.numbers[j] = options.first_sample + static_cast<std::uint64_t>(tile[j]);
    }
  }

  void run(ConstBatch<T> noisy, Tile tile, std::optional<Precision> precision, Worker<T>& worker,
           Batch<T> estimates) const {
    choose_grids(tile, worker.grids);
    const auto share = static_cast<RealOf<T>>(1.0 / draws());
    for (const Index sample : tile) estimates.col(sample).setZero();
    for (int draw = 0; draw < draws(); ++draw) {
      load(noisy, tile, worker);
      worker.run(
          static_cast<Index>(tile.size()), precision, worker.grids,
          RandomStream(options.seed, Purpose::reverse_noise, static_cast<std::uint32_t>(draw)),
          observer);
      for (std::size_t j = 0; j < tile.size(); ++j) {
        estimates.col(tile[j]) += share * worker.x.col(static_cast<Index>(j));
      }
    }
  }
};

}  // namespace

template <class T>
double estimate(const Denoiser<T>& denoiser, const Schedule& schedule,
                const Calibration& calibration, ConstBatch<T> noisy,
                std::span<const double> variances, const EstimateOptions& options,
                Batch<T> estimates, Monitor* monitor, const Observer<T>& observer) {
  check(options, noisy.cols(), variances);
  check_shape(noisy.rows(), denoiser.dim());
  check_shape(estimates.rows(), denoiser.dim());
  const Schedule* bound = denoiser.bound_schedule();
  if (const auto trained = denoiser.trained_range()) {
    warn_outside_range(*trained, bound != nullptr, variances, monitor);
  }
  const Estimation<T> estimation{GridChoice(schedule, calibration, bound, options), variances,
                                 options, observer};
  const TilePlan plan = plan_tiles(estimation.grid_of, variances, noisy.cols(), denoiser.batch());
  const bool draws_samples = options.method == Method::sample || options.method == Method::average;
  const ProcessOptions process{options.rule, draws_samples ? options.resampling : 0.0};

  const Task task(monitor, name(options.method), 1.0);
  Progress progress(task, monitor, estimation.draws() * plan.evaluations);
  for_each_tile(denoiser, process, plan.tiles(), options.threads, progress,
                [&](Index number, Worker<T>& worker) {
                  estimation.run(noisy, plan.tile(number),
                                 plan.precisions[static_cast<std::size_t>(number)], worker,
                                 estimates);
                });
  return estimation.draws() * plan.evaluations /
         static_cast<double>(std::max<Index>(1, noisy.cols()));
}

template <class T>
double generate(const Denoiser<T>& denoiser, const Schedule& schedule,
                const GenerateOptions& options, Batch<T> samples, Monitor* monitor,
                const Observer<T>& observer) {
  check_resampling(options.resampling);
  check_shape(samples.rows(), denoiser.dim());
  constexpr double highest_start_db = -10.0;
  if (schedule.min_snr_db() > highest_start_db) {
    warn(monitor, fmt::format("the schedule's noisiest step has {:.1f} dB, far from pure noise; "
                              "generated samples will not follow the prior: choose one that ends "
                              "below {:.0f} dB",
                              schedule.min_snr_db(), highest_start_db));
  }
  Grid grid = generation_grid(schedule, options.steps);
  if (denoiser.bound_schedule() != nullptr) grid = round_to_steps(*denoiser.bound_schedule(), grid);
  const std::span<const Grid> grids(&grid, 1);
  const RandomStream start(options.seed, Purpose::start_noise);
  const RandomStream random(options.seed, Purpose::reverse_noise);
  const Index batch = tile_size(samples.cols(), denoiser.batch());

  const Task task(monitor, "sampling", 1.0);
  Progress progress(task, monitor,
                    static_cast<double>(grid.size()) * static_cast<double>(samples.cols()));
  const auto run_tile = [&](Index tile, Worker<T>& worker) {
    const Index first = tile * batch, count = std::min(batch, samples.cols() - first);
    const std::uint64_t number = options.first_sample + static_cast<std::uint64_t>(first);
    std::iota(worker.numbers.begin(), worker.numbers.end(), number);
    start.normal<T>(number, 0, worker.x.leftCols(count));
    worker.run(count, options.precision, grids, random, observer);
    samples.middleCols(first, count) = worker.x.leftCols(count);
  };
  for_each_tile(denoiser, {options.rule, options.resampling}, (samples.cols() + batch - 1) / batch,
                options.threads, progress, run_tile);
  return static_cast<double>(grid.size());
}

#define PELLUCID_INSTANTIATE(T)                                                               \
  template double estimate<T>(const Denoiser<T>&, const Schedule&, const Calibration&,        \
                              ConstBatch<T>, std::span<const double>, const EstimateOptions&, \
                              Batch<T>, Monitor*, const Observer<T>&);                        \
  template double generate<T>(const Denoiser<T>&, const Schedule&, const GenerateOptions&,    \
                              Batch<T>, Monitor*, const Observer<T>&);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
