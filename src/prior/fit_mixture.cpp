// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/fit_mixture.hpp"

#include <fmt/format.h>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"
#include "prior/blocks.hpp"
#include "prior/covariance.hpp"
#include "prior/inverse_wishart.hpp"
#include "prior/mixture_start.hpp"
#include "prior/normal_density.hpp"
#include "prior/responsibilities.hpp"
#include "prior/scatter.hpp"

namespace pellucid {

namespace {

/// A component that fewer samples than this belong to, all told, is re-seeded.
constexpr double least_weight = 0.5;

void check_range(bool good, const char* option, double value, const char* range) {
  if (!good) throw Error(fmt::format("mixture fit: {} is {}: must be {}", option, value, range));
}

template <class T>
void check_options(const SampleSource<T>& clean, const MixtureFitOptions<T>& options) {
  check_not_empty(clean, "mixture fit");
  const Index components = options.start ? options.start->components() : options.components;
  check_range(components >= 1, "number of components", static_cast<double>(components),
              "at least 1");
  if (components > clean.count()) {
    throw Error(
        fmt::format("mixture fit: {} samples for {} components: give at least as many "
                    "samples as components",
                    clean.count(), components));
  }
  check_range(options.passes >= 1, "number of passes", options.passes, "at least 1");
  check_range(options.restarts >= 1, "number of restarts", options.restarts, "at least 1");
  check_range(options.tolerance >= 0.0, "tolerance", options.tolerance, "at least 0");
  check_range(options.regularisation >= 0.0 && std::isfinite(options.regularisation),
              "regularisation", options.regularisation, "finite and at least 0");
  if (!options.start) return;
  options.start->validate();
  if (options.start->dim() != clean.dim()) {
    throw Error(fmt::format("mixture fit: the start has {} entries, the samples {}: must agree",
                            options.start->dim(), clean.dim()));
  }
}

/// The samples of lowest density seen so far, at most `capacity` of them, lowest first.
class LowestSamples {
 public:
  explicit LowestSamples(Index capacity) : capacity_(static_cast<std::size_t>(capacity)) {}
  void clear() { samples_.clear(); }
  void offer(double log_density, Index sample) {
    const std::pair candidate(log_density, sample);
    if (samples_.size() == capacity_ && samples_.back() <= candidate) return;
    samples_.insert(std::upper_bound(samples_.begin(), samples_.end(), candidate), candidate);
    if (samples_.size() > capacity_) samples_.pop_back();
  }
  [[nodiscard]] Index operator[](Index i) const {
    return samples_[static_cast<std::size_t>(i)].second;
  }

 private:
  std::size_t capacity_;
  std::vector<std::pair<double, Index>> samples_;
};

template <class T>
class ExpectationMaximisation {
 public:
  ExpectationMaximisation(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                          const InverseWishart<T>& regulariser, GaussianMixture<T> start)
      : clean_(clean),
        options_(options),
        regulariser_(regulariser),
        block_(clean.dim(), std::min(clean.count(), block_samples(clean.dim()))),
        responsibilities_(clean.dim(), start.components(), block_.cols(), options.threads),
        lowest_(start.components()) {
    mixture_.weights = std::move(start.weights);
    mixture_.means = std::move(start.means);
    mixture_.factors.resize(start.covariances.size());
    mixture_.log_peaks.resize(components());
    log_priors_.resize(components());
    sums_.second = std::move(start.covariances);
    factorise_components("start: ");
  }

  MixtureFit<T> run(Monitor* monitor);

 private:
  void read_block(Index first, Batch<T> out) const;
  double expectation(int pass, const Task& task);
  void record(double log_likelihood);
  [[nodiscard]] bool has_converged() const;
  void maximisation(bool last);
  void update_component(Index k, bool last);
  void factorise_components(const char* when);
  [[nodiscard]] Index components() const { return mixture_.components(); }
  [[nodiscard]] double count() const { return static_cast<double>(clean_.count()); }

  const SampleSource<T>& clean_;
  const MixtureFitOptions<T>& options_;
  const InverseWishart<T>& regulariser_;
  FactoredMixture<T> mixture_;
  Eigen::VectorXd log_priors_;  ///< log p(C_k)
  ScatterSums<T> sums_;         ///< `second` holds the covariances between a pass and the next
  Matrix<T> block_;
  Responsibilities<T> responsibilities_;
  LowestSamples lowest_;
  MixtureFitReport report_;
};

template <class T>
void ExpectationMaximisation<T>::read_block(Index first, Batch<T> out) const {
  parallel_for(chunk_count(out.cols()), options_.threads, [&](Index task, int) {
    const Index start = task * chunk_samples;
    clean_.read(first + start, out.middleCols(start, std::min(chunk_samples, out.cols() - start)));
  });
}

/// Gathers the sums over all samples under the present mixture; returns the mean log likelihood.
template <class T>
double ExpectationMaximisation<T>::expectation(int pass, const Task& task) {
  std::string note = fmt::format("pass {}", pass + 1);
  if (pass > 0) {
    note += fmt::format(", log-likelihood {:.3f} nats per sample", report_.log_likelihood.back());
  }
  double log_likelihood = 0.0;
  sums_.reset(mixture_.means);
  lowest_.clear();
  for (Index first = 0; first < clean_.count(); first += block_.cols()) {
    auto x = block_.leftCols(std::min(block_.cols(), clean_.count() - first));
    read_block(first, x);
    responsibilities_.evaluate(mixture_, x);
    sums_.add(x, responsibilities_.members(), options_.threads);
    const auto density = responsibilities_.log_density();
    for (Index j = 0; j < density.size(); ++j) lowest_.offer(density(j), first + j);
    log_likelihood += density.sum();
    task.update(pass * count() + static_cast<double>(first + x.cols()), note);
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
  report_.penalised_log_likelihood.push_back(log_likelihood + log_priors_.sum() / count());
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
void ExpectationMaximisation<T>::maximisation(bool last) {
  parallel_for(components(), options_.threads, [&](Index k, int) { update_component(k, last); });
  Index reseeded = 0;
  for (Index k = 0; k < components(); ++k) {
    mixture_.weights(k) = sums_.weight(k) / count();
    if (last || sums_.weight(k) >= least_weight) continue;
    clean_.read(lowest_[reseeded++], mixture_.means.col(k));
    mixture_.weights(k) = 1.0 / count();
  }
  mixture_.weights /= mixture_.weights.sum();
  report_.reseeded.push_back(reseeded);
}

/// Mean and covariance from the sums; one that is about to be re-seeded gets `C_0`.
template <class T>
void ExpectationMaximisation<T>::update_component(Index k, bool last) {
  const double weight = sums_.weight(k), kappa = regulariser_.kappa();
  Matrix<T>& covariance = sums_.second[static_cast<std::size_t>(k)];
  if (weight > 0.0) {
    sums_.centre(k);
    mixture_.means.col(k) = sums_.mean(k);
  }
  if (weight < least_weight && (!last || kappa == 0.0)) {
    covariance = regulariser_.centre();
    return;
  }
  if (kappa > 0.0) covariance += T(kappa) * regulariser_.centre();
  covariance /= T(weight + kappa);
}

template <class T>
void ExpectationMaximisation<T>::factorise_components(const char* when) {
  parallel_for(components(), options_.threads, [&](Index k, int) {
    Matrix<T>& factor = mixture_.factors[static_cast<std::size_t>(k)];
    factor = sums_.second[static_cast<std::size_t>(k)];
    if (!factorise(factor)) {
      throw Error(
          fmt::format("mixture fit: {}component {} of {} has a singular covariance "
                      "({:.4g} samples of dimension {}): raise the regularisation or ask for "
                      "fewer components",
                      when, k, components(), mixture_.weights(k) * count(), clean_.dim()));
    }
    mixture_.log_peaks(k) = std::log(mixture_.weights(k)) + log_peak(factor);
    log_priors_(k) = regulariser_.log_density(factor);
  });
}

template <class T>
MixtureFit<T> ExpectationMaximisation<T>::run(Monitor* monitor) {
  const Task task(monitor, "fitting the mixture", options_.passes * count());
  for (int pass = 0; pass < options_.passes && !report_.converged; ++pass) {
    record(expectation(pass, task));
    report_.converged = has_converged();
    maximisation(report_.converged || pass + 1 == options_.passes);
    factorise_components("");
  }
  MixtureFit<T> fit{
      {std::move(mixture_.weights), std::move(mixture_.means), std::move(sums_.second)},
      std::move(report_)};
  fit.report.bic = bic(fit.prior, fit.report.log_likelihood.back() * count(), clean_.count());
  return fit;
}

}  // namespace

template <class T>
MixtureFit<T> fit_mixture(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                          Monitor* monitor) {
  check_options(clean, options);
  const linalg::SingleThreadedBlas blas;
  const Gaussian<T> all = fit_gaussian(clean, options.threads, monitor);
  const Index components = options.start ? options.start->components() : options.components;
  // Clusters of the samples whatever the start, so that a fit goes on as it would have gone on.
  ScatterSums<T> clusters = cluster_samples(clean, components, options, all.mean, monitor);
  const double kappa = options.regularisation * static_cast<double>(clean.dim());
  const InverseWishart<T> regulariser(kappa, typical_covariance(clusters, all));
  GaussianMixture<T> start = mixture_start<T>(std::move(clusters), regulariser.centre());
  if (options.start) start = *options.start;
  ExpectationMaximisation<T> fit(clean, options, regulariser, std::move(start));
  return fit.run(monitor);
}

#define PELLUCID_INSTANTIATE(T)                                                              \
  template MixtureFit<T> fit_mixture<T>(const SampleSource<T>&, const MixtureFitOptions<T>&, \
                                        Monitor*);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
