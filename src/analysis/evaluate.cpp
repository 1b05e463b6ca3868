// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "analysis/baselines.hpp"
#include "analysis/gallery.hpp"
#include "analysis/tally.hpp"
#include "analysis/truth.hpp"
#include "pellucid/analysis/test_noise.hpp"
#include "pellucid/model/signal_estimator.hpp"
#include "pellucid/signal/segmental_snr.hpp"
#include "pellucid/signal/statistics.hpp"

namespace pellucid {

namespace {

template <class T>
class Sweep {
 public:
  Sweep(const SignalSource<T>& clean, const std::vector<NamedModel>& models,
        const NamedModel* truth, const EvaluateOptions& options, Monitor* monitor);

  Evaluation run();

 private:
  void describe(Evaluation& result) const;
  void measure_block(SignalBlock block);
  void measure_level(std::size_t level);
  void measure_cme();
  void measure_baselines();
  void measure_model(const NamedModel& named, const SignalEstimator<T>& estimator, Method method);
  RowTally& tally_of(std::string_view method, std::string_view model = {});
  void add(RowTally& tally, const Matrix<T>& estimates);
  void add_segments(RowTally& tally, const Matrix<T>& estimates) const;
  void generate(GalleryRecorder<T>& gallery);

  const SignalSource<T>& source_;
  const std::vector<NamedModel>& models_;
  const NamedModel* truth_model_;
  const EvaluateOptions& options_;
  Monitor* monitor_;
  std::optional<LinearBaselines<T>> baselines_;
  std::vector<SignalEstimator<T>> estimators_;
  std::optional<TruthMixture<Wide<T>>> truth_;
  GalleryRecorder<T> gallery_;
  SignalStatistics<T> statistics_;
  Tallies tallies_;
  const Task* task_ = nullptr;
  double done_ = 0.0;  // entries, counted once per method and SNR

  // Of the block in hand.
  SignalBlock block_;
  std::vector<Index> shape_;
  Matrix<T> clean_, unit_noise_;
  Eigen::VectorXd powers_;  // |x - mean|^2 of every signal

  // Of the level in hand.
  double snr_db_ = 0.0, noise_std_ = 0.0;
  Matrix<T> noisy_;
  ConditionalMean<Wide<T>> cme_;
};

template <class T>
Sweep<T>::Sweep(const SignalSource<T>& clean, const std::vector<NamedModel>& models,
                const NamedModel* truth, const EvaluateOptions& options, Monitor* monitor)
    : source_(clean),
      models_(models),
      truth_model_(truth),
      options_(options),
      monitor_(monitor),
      gallery_(clean, options.gallery_samples, options.snr_db) {
  for (const NamedModel& named : models) {
    estimators_.emplace_back(named.model, options.estimate.threads, options.block_entries);
  }
  if (know_covariance(models)) baselines_.emplace(models, options.block_entries);
  if (truth != nullptr) truth_.emplace(truth->model, options.estimate.threads);
}

template <class T>
Evaluation Sweep<T>::run() {
  const bool all_framed = std::all_of(models_.begin(), models_.end(), [](const NamedModel& named) {
    return !named.model.framing.is_none();
  });
  statistics_ = measure_signals(source_, all_framed ? MeanOf::all_entries : MeanOf::each_entry,
                                options_.block_entries, monitor_);
  if (!(statistics_.power > 0)) {
    throw Error("all test samples are equal: their signal power is zero, no SNR can be set");
  }
  const double methods = static_cast<double>(models_.size() * options_.methods.size());
  const Task task(monitor_, "evaluating",
                  static_cast<double>(options_.snr_db.size() * statistics_.entries) * methods);
  task_ = &task;
  for (Index first = 0; first < source_.count(); first += block_.count) {
    measure_block(block_from(source_, first, options_.block_entries));
  }
  Evaluation result;
  describe(result);
  const double spread = statistics_.power * static_cast<double>(statistics_.entries);
  result.rows = tallies_.finished(spread / statistics_.energy);
  if (gallery_.is_active()) {
    generate(gallery_);
    result.gallery = gallery_.take();
  }
  return result;
}

template <class T>
void Sweep<T>::describe(Evaluation& result) const {
  const Model& model = models_.front().model;
  result.samples = source_.count();
  if (model.framing.is_none()) {
    result.shape = model.shape;
  } else if (statistics_.one_shape) {
    result.shape = source_.shape(0);
  }
  result.framing = model.framing.text();
  result.complex_data = is_complex<T>;
  result.signal_power = statistics_.power;
  result.seed = options_.estimate.seed;
  if (truth_model_ != nullptr) result.truth = truth_model_->name;
}

template <class T>
void Sweep<T>::measure_block(SignalBlock block) {
  block_ = block;
  shape_ = source_.shape(block.first);
  clean_.resize(entries_of(shape_), block.count);
  source_.read(block.first, clean_);
  powers_ = statistics_.centred_powers(clean_);
  unit_noise_ = unit_noise<T>(clean_.rows(), clean_.cols(), options_.estimate.seed, block.first);
  gallery_.enter(block);
  gallery_.clean(clean_);
  tallies_.start_block();
  for (std::size_t level = 0; level < options_.snr_db.size(); ++level) measure_level(level);
}

template <class T>
void Sweep<T>::measure_level(std::size_t level) {
  snr_db_ = options_.snr_db[level];
  noise_std_ = std::sqrt(statistics_.power / from_db(snr_db_));
  noisy_ = clean_ + static_cast<RealOf<T>>(noise_std_) * unit_noise_;
  gallery_.enter_level(level);
  gallery_.noisy(noisy_);
  if (truth_) measure_cme();
  measure_baselines();
  for (std::size_t m = 0; m < models_.size(); ++m) {
    for (const Method method : options_.methods) {
      measure_model(models_[m], estimators_[m], method);
    }
  }
}

template <class T>
void Sweep<T>::measure_cme() {
  cme_ = truth_->estimate(noisy_.template cast<Wide<T>>(), noise_std_, monitor_);
  RowTally& tally = tally_of("cme");
  tally.row.steps = 1;
  tally.row.evaluations = 0;
  tally.evaluations += static_cast<double>(block_.count);
  tally.error.add(squared_distances(cme_.mean, clean_), powers_);
  tally.excess.add(Eigen::VectorXd::Zero(block_.count));
  tally.variance.add(cme_.variance);
  gallery_.estimate("cme", "", cme_.mean.template cast<T>());
}

template <class T>
void Sweep<T>::measure_baselines() {
  const int threads = options_.estimate.threads;
  add(tally_of("least-squares"), noisy_);
  if (!baselines_) return;
  add(tally_of("wiener"),
      baselines_->estimate(LinearRule::wiener, noisy_, shape_, noise_std_, threads));
  add(tally_of("pca"),
      baselines_->estimate(LinearRule::projection, noisy_, shape_, noise_std_, threads));
}

template <class T>
void Sweep<T>::measure_model(const NamedModel& named, const SignalEstimator<T>& estimator,
                             Method method) {
  EstimateOptions how = options_.estimate;
  how.method = method;
  how.first_sample = static_cast<std::uint64_t>(block_.first);
  RowTally& tally = tally_of(name(method), named.name);
  if (method == Method::one_step) {
    tally.row.steps = 1;
  } else if (method == Method::automatic) {
    // The SNR in the model's units, as the estimate looks it up.
    const double v = Noise::std(noise_std_).model_variances(estimator.model()).front();
    tally.row.steps = named.model.calibration.steps(to_db(1 / v));
  } else if (!how.steps.is_all()) {
    tally.row.steps = how.steps.count;
  }
  const auto work = static_cast<double>(clean_.size());
  PartMonitor part(monitor_, done_, done_ + work,
                   fmt::format("{} at {:g} dB", name(method), snr_db_));
  double evaluations = 0;
  const Matrix<T> estimates =
      estimator.denoise(noisy_, shape_, Noise::std(noise_std_), how, &part, &evaluations);
  tally.row.evaluations = 0;
  tally.evaluations += evaluations * static_cast<double>(block_.count);
  add(tally, estimates);
  task_->update(done_ += work);
}

template <class T>
RowTally& Sweep<T>::tally_of(std::string_view method, std::string_view model) {
  RowTally& tally = tallies_.next();
  tally.row.snr_db = snr_db_;
  tally.row.noise_std = noise_std_;
  tally.row.method = method;
  tally.row.model = model;
  return tally;
}

template <class T>
void Sweep<T>::add(RowTally& tally, const Matrix<T>& estimates) {
  tally.error.add(squared_distances(estimates, clean_), powers_);
  if (truth_) tally.excess.add(squared_distances(estimates, cme_.mean));
  if (source_.is_sound()) add_segments(tally, estimates);
  if (tally.row.method != "least-squares") {
    gallery_.estimate(tally.row.method, tally.row.model, estimates);
  }
}

template <class T>
void Sweep<T>::add_segments(RowTally& tally, const Matrix<T>& estimates) const {
  if constexpr (!is_complex<T>) {
    for (Index j = 0; j < estimates.cols(); ++j) {
      const auto snr = segmental_snr_db<T>(clean_.col(j), estimates.col(j), source_.sample_rate());
      if (!snr) continue;  // a silent sound has no segments
      tally.segments_db += *snr;
      ++tally.sounds;
    }
  }
}

template <class T>
void Sweep<T>::generate(GalleryRecorder<T>& gallery) {
  // Of a framed model only vectors can be generated, not signals.
  const SignalEstimator<T>& first = estimators_.front();
  if (!first.model().framing.is_none()) return;
  GenerateOptions how;
  how.seed = options_.estimate.seed;
  how.threads = options_.estimate.threads;
  PartMonitor part(monitor_, done_, done_, "generating samples");
  gallery.generated(first.vectors()->sample(gallery.generated_wanted(), how, &part));
}

// The columns of a batch, for the length of one call.
template <class T>
class BatchSignals final : public SignalSource<T> {
 public:
  BatchSignals(const ConstBatch<T>& signals, std::vector<Index> shape)
      : signals_(signals), shape_(std::move(shape)) {}
  [[nodiscard]] Index count() const override { return signals_.cols(); }
  [[nodiscard]] const std::vector<Index>& shape(Index) const override { return shape_; }
  void read(Index first, Batch<T> out) const override {
    out = signals_.middleCols(first, out.cols());
  }

 private:
  const ConstBatch<T>& signals_;
  std::vector<Index> shape_;
};

// Throws where a model is not for such signals.
template <class T>
void check_model(const NamedModel& named, const SignalSource<T>& clean) {
  const Framing& framing = named.model.framing;
  if (framing.is_none()) {
    for (Index i = 0; i < clean.count(); ++i) {
      if (entries_of(clean.shape(i)) == named.model.dim()) continue;
      throw Error(fmt::format("{}: the model's samples have {} entries, the test set's have {}",
                              named.name, named.model.dim(), entries_of(clean.shape(i))));
    }
  } else if (framing.vector_shape(clean.shape(0)) != named.model.shape) {
    throw Error(fmt::format("{}: {} of the test signals do not have the model's shape", named.name,
                            framing.text()));
  }
}

template <class T>
void check(const SignalSource<T>& clean, const std::vector<NamedModel>& models,
           const NamedModel* truth, const EvaluateOptions& options) {
  if (models.empty()) throw Error("no model to evaluate: give at least one");
  if (clean.count() == 0) throw Error("no test samples: give at least one");
  if (options.snr_db.empty()) throw Error("no SNR to evaluate at: give at least one");
  if (options.methods.empty()) throw Error("no method to evaluate: give at least one");
  for (const NamedModel& named : models) check_model(named, clean);
  if (truth == nullptr) return;
  check_model(*truth, clean);
  if (!truth->model.framing.is_none()) {
    throw Error(fmt::format("{}: the truth must be a model of whole samples, this one is of {}",
                            truth->name, truth->model.framing.text()));
  }
}

}  // namespace

template <class T>
Evaluation evaluate(const SignalSource<T>& clean, const std::vector<NamedModel>& models,
                    const NamedModel* truth, const EvaluateOptions& options, Monitor* monitor) {
  check(clean, models, truth, options);
  return Sweep<T>(clean, models, truth, options, monitor).run();
}

template <class T>
Evaluation evaluate(ConstBatch<T> clean, const std::vector<NamedModel>& models,
                    const NamedModel* truth, const EvaluateOptions& options, Monitor* monitor) {
  const auto shape = models.empty() ? std::vector<Index>{clean.rows()} : models.front().model.shape;
  if (entries_of(shape) != clean.rows()) {
    throw Error(fmt::format("{}: the model's samples have {} entries, the test set's have {}",
                            models.front().name, entries_of(shape), clean.rows()));
  }
  return evaluate<T>(BatchSignals<T>(clean, shape), models, truth, options, monitor);
}

#define PELLUCID_INSTANTIATE(T)                                                           \
  template Evaluation evaluate<T>(const SignalSource<T>&, const std::vector<NamedModel>&, \
                                  const NamedModel*, const EvaluateOptions&, Monitor*);   \
  template Evaluation evaluate<T>(ConstBatch<T>, const std::vector<NamedModel>&,          \
                                  const NamedModel*, const EvaluateOptions&, Monitor*);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
