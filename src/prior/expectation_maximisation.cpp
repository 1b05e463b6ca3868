// SPDX-License-Identifier: BSD-3-Clause
#include "prior/expectation_maximisation.hpp"

#include <fmt/format.h>

#include <cmath>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "pellucid/prior/fit_fingerprint.hpp"
#include "prior/blocks.hpp"
#include "prior/fit_progress.hpp"
#include "prior/lowest_samples.hpp"
#include "prior/mixture_options.hpp"
#include "prior/responsibilities.hpp"
#include "prior/shuffled_order.hpp"

namespace pellucid {

namespace {

/// A component that fewer samples than this belong to, all told, is re-seeded.
constexpr double least_weight = 0.5;
/// Passes in a row that may meet singular covariances; then it is the data's fault.
constexpr int most_singular_passes = 3;

/// How far the sums move to those of the batch in step `t`: `(t + tau)^-0.6` (Cappe and Moulines
/// 2009 take exponents in (0.5, 1]), with tau so large that the first steps forget the start over
/// many batches and not at once.
double batch_step(Index t, Index batches) {
  return std::pow(static_cast<double>(t + std::max<Index>(batches, 2)), -0.6);
}

template <class T>
class ExpectationMaximisation {
 public:
  ExpectationMaximisation(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                          Components<T>& mixture)
      : clean_(clean),
        options_(options),
        mixture_(mixture),
        block_(clean.dim(), std::min(clean.count(), block_samples(clean.dim()))),
        responsibilities_(mixture.components(), block_.cols(), options.threads),
        lowest_(mixture.components()) {}

  MixtureFitReport run(Monitor* monitor);

 private:
  void read_block(Index first, Batch<T> out) const;
  void read_samples(const std::vector<Index>& samples, Batch<T> out) const;
  [[nodiscard]] std::string note(int pass) const;
  double expectation(int pass, const Task& task);
  double sweep(int pass, bool last, const Task& task);
  void record(double log_likelihood);
  [[nodiscard]] bool has_converged() const;
  void maximisation(int pass, bool last);
  Index reseed(int pass, const std::vector<Index>& singular, bool last);
  void make_pass(int pass, const Task& task);
  void start(Monitor* monitor);
  bool resume();
  [[noreturn]] void fail_singular(Index k) const;
  [[nodiscard]] double count() const { return static_cast<double>(clean_.count()); }

  const SampleSource<T>& clean_;
  const MixtureFitOptions<T>& options_;
  Components<T>& mixture_;
  Matrix<T> block_;
  Responsibilities<T> responsibilities_;
  LowestSamples lowest_;
  std::string fingerprint_;
  FitProgress progress_;
  MixtureFitReport& report_ = progress_.report;
};

template <class T>
void ExpectationMaximisation<T>::read_block(Index first, Batch<T> out) const {
  parallel_for(chunk_count(out.cols()), options_.threads, [&](Index task, int) {
    const Index start = task * chunk_samples;
    read_finite<T>(clean_, first + start,
                   out.middleCols(start, std::min(chunk_samples, out.cols() - start)));
  });
}

template <class T>
void ExpectationMaximisation<T>::read_samples(const std::vector<Index>& samples,
                                              Batch<T> out) const {
  parallel_for(chunk_count(out.cols()), options_.threads, [&](Index task, int) {
    const Index end = std::min((task + 1) * chunk_samples, out.cols());
    for (Index j = task * chunk_samples; j < end; ++j) {
      read_finite<T>(clean_, samples[static_cast<std::size_t>(j)], out.col(j));
    }
  });
}

template <class T>
std::string ExpectationMaximisation<T>::note(int pass) const {
  if (pass == 0) return "pass 1";
  return fmt::format("pass {}, log-likelihood {:.3f} nats per sample, penalised {:.3f}", pass + 1,
                     report_.log_likelihood.back(), report_.penalised_log_likelihood.back());
}

/// Gathers the sums over all samples under the present mixture; returns the mean log likelihood.
template <class T>
double ExpectationMaximisation<T>::expectation(int pass, const Task& task) {
  const std::string text = note(pass);
  double log_likelihood = 0.0;
  mixture_.reset_sums();
  lowest_.clear();
  for (Index first = 0; first < clean_.count(); first += block_.cols()) {
    auto x = block_.leftCols(std::min(block_.cols(), clean_.count() - first));
    read_block(first, x);
    responsibilities_.evaluate(mixture_, x);
    mixture_.add(x, responsibilities_.members(), options_.threads);
    const auto density = responsibilities_.log_density();
    for (Index j = 0; j < density.size(); ++j) lowest_.offer(density(j), first + j);
    log_likelihood += density.sum();
    task.update(pass * count() + static_cast<double>(first + x.cols()), text);
  }
  return log_likelihood / count();
}

template <class T>
void ExpectationMaximisation<T>::record(double log_likelihood) {
  if (!std::isfinite(log_likelihood)) {
    throw Error(
        "mixture fit: the likelihood exceeds the range of double precision: scale the data "
        "or raise the regularisation");
  }
  report_.log_likelihood.push_back(log_likelihood);
  report_.penalised_log_likelihood.push_back(log_likelihood + mixture_.log_prior() / count());
}

template <class T>
bool ExpectationMaximisation<T>::has_converged() const {
  const auto& likelihood = report_.penalised_log_likelihood;
  if (options_.tolerance == 0.0 || likelihood.size() < 2 || report_.reseeded.back() > 0) {
    return false;
  }
  const double gain = likelihood.back() - likelihood[likelihood.size() - 2];
  return gain < options_.tolerance * static_cast<double>(clean_.dim());
}

template <class T>
void ExpectationMaximisation<T>::maximisation(int pass, bool last) {
  const std::vector<Index> singular = mixture_.maximise(mixture_.kappa(), options_.threads);
  int& passes = progress_.singular_passes;
  passes = singular.empty() ? 0 : passes + 1;
  if (!singular.empty() && (last || passes > most_singular_passes)) fail_singular(singular.front());
  report_.reseeded[static_cast<std::size_t>(pass)] += reseed(pass, singular, last);
}

template <class T>
void ExpectationMaximisation<T>::fail_singular(Index k) const {
  throw Error(fmt::format(
      "mixture fit: component {} of {} has a singular covariance ({:.4g} samples of dimension {}): "
      "raise the regularisation or ask for fewer components",
      k, mixture_.components(), mixture_.weights()(k) * count(), clean_.dim()));
}

/// Components that are singular, or empty before the last pass, move to the samples of lowest
/// density, one each; returns how many did.
template <class T>
Index ExpectationMaximisation<T>::reseed(int pass, const std::vector<Index>& singular, bool last) {
  const Eigen::VectorXd weights = mixture_.weights() * count();
  Index moved = 0;
  Vector<T> sample(clean_.dim());
  for (Index k = 0; k < mixture_.components(); ++k) {
    const bool is_singular = std::find(singular.begin(), singular.end(), k) != singular.end();
    if (!is_singular && (last || weights(k) >= least_weight)) continue;
    clean_.read(lowest_[moved++ % lowest_.size()], sample);
    mixture_.reseed(k, sample, count());
    report_.reseedings.push_back({pass + 1, k, is_singular});
  }
  if (moved > 0) mixture_.normalise_weights();
  return moved;
}

/// One sweep over the samples in batches, an update after each; returns the mean log likelihood met
/// on the way.
template <class T>
double ExpectationMaximisation<T>::sweep(int pass, bool last, const Task& task) {
  const std::string text = note(pass);
  const ShuffledOrder order(clean_.count(), options_.seed, pass);
  const Index batches = (clean_.count() + options_.batch - 1) / options_.batch;
  double log_likelihood = 0.0;
  for (Index b = 0; b < batches; ++b) {
    const Index begin = b * options_.batch;
    const Index end = std::min(begin + options_.batch, clean_.count());
    const double step = batch_step(pass * batches + b, batches);
    const double share = step * count() / static_cast<double>(end - begin);
    mixture_.scale_sums(1.0 - step);
    lowest_.clear();
    for (Index first = begin; first < end; first += block_.cols()) {
      const std::vector<Index> samples = order.sorted(first, std::min(first + block_.cols(), end));
      auto x = block_.leftCols(static_cast<Index>(samples.size()));
      read_samples(samples, x);
      responsibilities_.evaluate(mixture_, x);
      responsibilities_.scale_members(share);
      mixture_.add(x, responsibilities_.members(), options_.threads);
      const auto density = responsibilities_.log_density();
      for (Index j = 0; j < density.size(); ++j) {
        lowest_.offer(density(j), samples[static_cast<std::size_t>(j)]);
      }
      log_likelihood += density.sum();
    }
    maximisation(pass, last && end == clean_.count());
    task.update(pass * count() + static_cast<double>(end), text);
  }
  return log_likelihood / count();
}

template <class T>
void ExpectationMaximisation<T>::make_pass(int pass, const Task& task) {
  const bool last = pass + 1 == options_.passes;
  if (options_.batch > 0) {
    report_.reseeded.push_back(0);
    record(sweep(pass, last, task));
    report_.converged = has_converged();
    return;
  }
  record(expectation(pass, task));
  report_.converged = has_converged();
  report_.reseeded.push_back(0);
  maximisation(pass, report_.converged || last);
}

template <class T>
void ExpectationMaximisation<T>::start(Monitor* monitor) {
  const auto clusters = cluster_samples(clean_, mixture_.components(), options_, monitor);
  mixture_.start(clusters, options_.regularisation, options_.threads);
  if (options_.batch > 0) mixture_.scale_sums(count() / clusters.count());
}

/// Goes on from the checkpoint, where there is one.
template <class T>
bool ExpectationMaximisation<T>::resume() {
  if (options_.checkpoint == nullptr) return false;
  fingerprint_ = fit_fingerprint(clean_, options_, mixture_.components());
  std::string progress;
  if (!options_.checkpoint->load(fingerprint_, progress, mixture_.state(options_.batch > 0))) {
    return false;
  }
  progress_ = parse_progress(progress);
  if (static_cast<int>(report_.log_likelihood.size()) >= options_.passes) {
    throw Error(fmt::format(
        "mixture fit: the checkpoint holds {} passes, {} are asked for: ask for more passes",
        report_.log_likelihood.size(), options_.passes));
  }
  mixture_.restored();
  return true;
}

template <class T>
MixtureFitReport ExpectationMaximisation<T>::run(Monitor* monitor) {
  if (!resume()) start(monitor);
  const Task task(monitor, "fitting the mixture", options_.passes * count());
  for (int pass = static_cast<int>(report_.log_likelihood.size()); pass < options_.passes; ++pass) {
    make_pass(pass, task);
    if (report_.converged) break;
    // The model follows from the last pass itself: killed after it, that pass is made again.
    if (options_.checkpoint == nullptr || pass + 1 == options_.passes) continue;
    options_.checkpoint->save(fingerprint_, progress_text(progress_),
                              mixture_.state(options_.batch > 0));
  }
  report_.bic = mixture_.parameter_count() * std::log(count()) -
                2.0 * report_.log_likelihood.back() * count();
  return std::move(report_);
}

}  // namespace

template <class T>
MixtureFitReport fit_components(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                                Components<T>& mixture, Monitor* monitor) {
  check_mixture_options(clean, options, mixture.components());
  const linalg::SingleThreadedBlas blas;
  ExpectationMaximisation<T> fit(clean, options, mixture);
  return fit.run(monitor);
}

#define PELLUCID_INSTANTIATE(T)                                                                    \
  template MixtureFitReport fit_components<T>(const SampleSource<T>&, const MixtureFitOptions<T>&, \
                                              Components<T>&, Monitor*);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
