// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/analysis/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "analysis/baselines.hpp"
#include "analysis/truth.hpp"
#include "pellucid/analysis/metrics.hpp"
#include "pellucid/analysis/test_noise.hpp"
#include "pellucid/model/estimator.hpp"

namespace pellucid {

namespace {

// Which of the sweep's SNRs are shown as pictures: three spread over the noisier two thirds, where
// there is something to see.
std::vector<std::size_t> gallery_levels(std::size_t count) {
  std::vector<std::size_t> levels;
  for (const double position : {0.0, 1.0 / 3, 2.0 / 3}) {
    const auto level =
        static_cast<std::size_t>(std::lround(position * static_cast<double>(count - 1)));
    if (levels.empty() || levels.back() != level) levels.push_back(level);
  }
  return levels;
}

// What pictures show of numbers.
template <class T>
Eigen::MatrixXf visible(const Matrix<T>& samples, Index count) {
  if constexpr (is_complex<T>) {
    return samples.leftCols(count).cwiseAbs().template cast<float>();
  } else {
    return samples.leftCols(count).template cast<float>();
  }
}

template <class T>
class Sweep {
 public:
  Sweep(ConstBatch<T> clean, const std::vector<NamedModel>& models, const NamedModel* truth,
        const EvaluateOptions& options, Monitor* monitor);

  Evaluation run();

 private:
  void measure_test_set();
  void measure_level(double snr_db);
  void measure_baselines();
  void measure_model(const NamedModel& named, const Estimator<T>& estimator, Method method);
  EvaluationRow row_of(std::string_view method) const;
  void add(EvaluationRow row, const Matrix<T>& estimates);
  void add_cme();
  void show(const Matrix<T>& estimates, const EvaluationRow& row);
  void generate_gallery();

  ConstBatch<T> clean_;
  const std::vector<NamedModel>& models_;
  const EvaluateOptions& options_;
  Monitor* monitor_;
  Task task_;
  LinearBaselines<T> baselines_;
  std::vector<Estimator<T>> estimators_;
  std::optional<TruthMixture<Wide<T>>> truth_;

  Matrix<T> unit_noise_;
  Eigen::VectorXd powers_;   // |x - mean|^2 of every sample
  double uncentred_ = 1.0;   // sum |x - mean|^2 / sum |x|^2
  double units_done_ = 0.0;  // of progress: one per method and SNR

  // Of the level in hand.
  double snr_db_ = 0.0, noise_std_ = 0.0;
  Matrix<T> noisy_;
  ConditionalMean<Wide<T>> cme_;
  Gallery::Level* shown_ = nullptr;

  Evaluation result_;
};

template <class T>
Sweep<T>::Sweep(ConstBatch<T> clean, const std::vector<NamedModel>& models, const NamedModel* truth,
                const EvaluateOptions& options, Monitor* monitor)
    : clean_(clean),
      models_(models),
      options_(options),
      monitor_(monitor),
      task_(monitor, "evaluating",
            static_cast<double>(options.snr_db.size() * models.size() * options.methods.size())),
      baselines_(models) {
  for (const NamedModel& named : models) {
    estimators_.emplace_back(named.model, options.estimate.threads);
  }
  if (truth != nullptr) {
    truth_.emplace(truth->model, options.estimate.threads);
    result_.truth = truth->name;
  }
}

template <class T>
void Sweep<T>::measure_test_set() {
  powers_ = centred_powers<T>(clean_);
  if (!(powers_.sum() > 0)) {
    throw Error("all test samples are equal: their signal power is zero, no SNR can be set");
  }
  uncentred_ = powers_.sum() / clean_.template cast<Wide<T>>().squaredNorm();
  result_.samples = clean_.cols();
  result_.shape = models_.front().model.shape;
  result_.complex_data = is_complex<T>;
  result_.signal_power = powers_.sum() / static_cast<double>(clean_.size());
  result_.seed = options_.estimate.seed;
  unit_noise_ = unit_noise<T>(clean_.rows(), clean_.cols(), options_.estimate.seed);
}

template <class T>
Evaluation Sweep<T>::run() {
  measure_test_set();
  const auto shown = gallery_levels(options_.snr_db.size());
  if (options_.gallery_samples > 0) {
    Gallery& gallery = result_.gallery.emplace();
    gallery.shape = result_.shape;
    gallery.magnitude = is_complex<T>;
    gallery.clean = visible<T>(clean_, std::min(options_.gallery_samples, clean_.cols()));
    gallery.levels.reserve(shown.size());
  }
  for (std::size_t i = 0; i < options_.snr_db.size(); ++i) {
    const bool show_level =
        result_.gallery && std::find(shown.begin(), shown.end(), i) != shown.end();
    shown_ = show_level ? &result_.gallery->levels.emplace_back() : nullptr;
    measure_level(options_.snr_db[i]);
  }
  if (result_.gallery) generate_gallery();
  return std::move(result_);
}

template <class T>
void Sweep<T>::measure_level(double snr_db) {
  snr_db_ = snr_db;
  noise_std_ = std::sqrt(result_.signal_power / from_db(snr_db));
  noisy_ = clean_ + static_cast<RealOf<T>>(noise_std_) * unit_noise_;
  if (shown_ != nullptr) {
    shown_->snr_db = snr_db;
    shown_->noisy = visible<T>(noisy_, result_.gallery->clean.cols());
  }
  if (truth_) {
    cme_ = truth_->estimate(noisy_.template cast<Wide<T>>(), noise_std_, monitor_);
    add_cme();
  }
  measure_baselines();
  for (std::size_t m = 0; m < models_.size(); ++m) {
    for (const Method method : options_.methods) {
      measure_model(models_[m], estimators_[m], method);
    }
  }
}

template <class T>
void Sweep<T>::measure_baselines() {
  const double s2 = noise_std_ * noise_std_;
  const int threads = options_.estimate.threads;
  add(row_of("least-squares"), noisy_);
  add(row_of("wiener"), baselines_.wiener(noisy_, s2, threads));
  add(row_of("pca"), baselines_.pca(noisy_, s2, threads));
}

template <class T>
void Sweep<T>::measure_model(const NamedModel& named, const Estimator<T>& estimator,
                             Method method) {
  EstimateOptions how = options_.estimate;
  how.method = method;
  EvaluationRow row = row_of(name(method));
  row.model = named.name;
  if (method == Method::one_step) {
    row.steps = 1;
  } else if (method == Method::automatic) {
    row.steps = named.model.calibration.steps(snr_db_);
  } else if (!how.steps.is_all()) {
    row.steps = how.steps.count;
  }
  PartMonitor part(monitor_, units_done_, units_done_ + 1,
                   fmt::format("{} at {:g} dB", row.method, snr_db_));
  double evaluations = 0;
  const Matrix<T> estimates =
      estimator.denoise(noisy_, Noise::std(noise_std_), how, &part, &evaluations);
  row.evaluations = evaluations;
  add(std::move(row), estimates);
  task_.update(++units_done_);
}

template <class T>
EvaluationRow Sweep<T>::row_of(std::string_view method) const {
  EvaluationRow row;
  row.snr_db = snr_db_;
  row.noise_std = noise_std_;
  row.method = method;
  return row;
}

template <class T>
void Sweep<T>::add(EvaluationRow row, const Matrix<T>& estimates) {
  const Ratio nmse = ratio_of_sums(squared_distances(estimates, clean_), powers_);
  row.nmse = nmse.value;
  row.nmse_stderr = nmse.stderr_;
  row.nmse_uncentred = nmse.value * uncentred_;
  if (truth_) {
    // E|xhat - x|^2 - E|cme - x|^2 = E|xhat - cme|^2, the right side with far smaller error.
    const Ratio excess = mean_in_units(squared_distances(estimates, cme_.mean), powers_.mean());
    row.excess = excess.value;
    row.excess_stderr = excess.stderr_;
  }
  if (shown_ != nullptr && row.method != "least-squares") show(estimates, row);
  result_.rows.push_back(std::move(row));
}

template <class T>
void Sweep<T>::add_cme() {
  const Ratio nmse = ratio_of_sums(squared_distances(cme_.mean, clean_), powers_);
  const Ratio mmse = mean_in_units(cme_.variance, powers_.mean());
  EvaluationRow row = row_of("cme");
  row.steps = 1;
  row.evaluations = 1;
  row.nmse = nmse.value;
  row.nmse_stderr = nmse.stderr_;
  row.nmse_uncentred = nmse.value * uncentred_;
  row.excess = 0.0;
  row.excess_stderr = 0.0;
  row.mmse = mmse.value;
  row.mmse_stderr = mmse.stderr_;
  if (shown_ != nullptr) show(cme_.mean.template cast<T>(), row);
  result_.rows.push_back(row);
}

template <class T>
void Sweep<T>::show(const Matrix<T>& estimates, const EvaluationRow& row) {
  shown_->estimates.push_back(
      {row.method, row.model, visible<T>(estimates, result_.gallery->clean.cols())});
}

template <class T>
void Sweep<T>::generate_gallery() {
  GenerateOptions how;
  how.seed = options_.estimate.seed;
  how.threads = options_.estimate.threads;
  PartMonitor part(monitor_, units_done_, units_done_, "generating samples");
  const Index count = 2 * result_.gallery->clean.cols();
  result_.gallery->generated = visible<T>(estimators_.front().sample(count, how, &part), count);
}

void check(const std::vector<NamedModel>& models, const NamedModel* truth, Index dim, Index samples,
           const EvaluateOptions& options) {
  if (models.empty()) throw Error("no model to evaluate: give at least one");
  if (samples == 0) throw Error("no test samples: give at least one");
  if (options.snr_db.empty()) throw Error("no SNR to evaluate at: give at least one");
  if (options.methods.empty()) throw Error("no method to evaluate: give at least one");
  const auto check_dim = [dim](const NamedModel& named) {
    if (named.model.dim() != dim) {
      throw Error(fmt::format("{}: the model's samples have {} entries, the test set's have {}",
                              named.name, named.model.dim(), dim));
    }
  };
  for (const NamedModel& named : models) check_dim(named);
  if (truth != nullptr) check_dim(*truth);
}

}  // namespace

template <class T>
Evaluation evaluate(ConstBatch<T> clean, const std::vector<NamedModel>& models,
                    const NamedModel* truth, const EvaluateOptions& options, Monitor* monitor) {
  check(models, truth, clean.rows(), clean.cols(), options);
  return Sweep<T>(clean, models, truth, options, monitor).run();
}

#define PELLUCID_INSTANTIATE(T)                                                  \
  template Evaluation evaluate<T>(ConstBatch<T>, const std::vector<NamedModel>&, \
                                  const NamedModel*, const EvaluateOptions&, Monitor*);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<float>)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
