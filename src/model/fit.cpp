// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/fit.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "model/sample_units.hpp"
#include "model/transformed_source.hpp"
#include "pellucid/prior/fit_structured.hpp"

namespace pellucid {

namespace {

constexpr Index block = 1024;  // samples read at a time

template <class T>
SampleUnits<T> find_units(const SampleSource<T>& clean, Monitor* monitor) {
  const Index count = clean.count(), dim = clean.dim();
  if (count == 0) throw Error("no samples to fit: give at least one");
  const Task task(monitor, "reading", static_cast<double>(count));
  Matrix<T> buffer(dim, std::min(block, count));
  clean.read(0, buffer.leftCols(1));
  UnitSums<T> sums(buffer.col(0));
  for (Index first = 0; first < count; first += block) {
    auto samples = buffer.leftCols(std::min(block, count - first));
    clean.read(first, samples);
    sums.add(samples);
    task.update(static_cast<double>(first + samples.cols()));
  }
  return sums.units();
}

template <class T, class Prior>
void set_prior(Model& model, Prior prior) {
  if constexpr (is_complex<T>) {
    model.prior = ComplexPrior(std::move(prior));
  } else {
    model.prior = RealPrior(std::move(prior));
  }
  model.validate();
}

}  // namespace

template <class T>
Model fit_gaussian_model(const SampleSource<T>& clean, SampleSpace space, int threads,
                         Monitor* monitor) {
  Gaussian<T> prior =
      fit_gaussian(TransformedSource<T>(clean, space.transform, space.shape), threads, monitor);
  Model model =
      model_with_units<T>({prior.mean, average_variance(prior)}, space, "gaussian", clean.count());
  prior.mean.setZero();
  prior.covariance /= model.scale * model.scale;
  set_prior<T>(model, std::move(prior));
  return model;
}

template <class T>
Model fit_pca_model(const SampleSource<T>& clean, SampleSpace space, Index rank, int threads,
                    Monitor* monitor) {
  const TransformedSource<T> source(clean, space.transform, space.shape);
  double power = 0;
  LowRank<T> prior = fit_low_rank(source, rank, threads, monitor, &power);
  Model model = model_with_units<T>({prior.mean, power}, space, "pca", clean.count());
  prior.mean.setZero();
  prior.eigenvalues /= model.scale * model.scale;
  set_prior<T>(model, std::move(prior));
  return model;
}

template <class T>
Model fit_mixture_model(const SampleSource<T>& clean, SampleSpace space,
                        const MixtureFitOptions<T>& options, Monitor* monitor,
                        MixtureFitReport* report) {
  const TransformedSource<T> source(clean, space.transform, space.shape);
  const SampleUnits<T> units = find_units(source, monitor);
  Model model = model_with_units(units, space, "mixture", clean.count());
  const NormalisedSource<T> normalised(source, units.offset, model.scale);
  MixtureFitOptions<T> normalised_options = options;
  if (auto& start = normalised_options.start; start && start->dim() == clean.dim()) {
    start->means = (start->means.colwise() - units.offset) / model.scale;
    for (auto& covariance : start->covariances) covariance /= units.power;
  }
  StructuredFit<T> fit = fit_structured_mixture(normalised, normalised_options, monitor);

  auto settings = nlohmann::json::parse(model.settings);
  settings["components"] =
      std::visit([](const auto& prior) { return prior.components(); }, fit.prior);
  settings["covariance"] = name(options.covariance);
  if (!options.blocks.empty()) settings["blocks"] = options.blocks;
  if (options.rank > 0) settings["rank"] = options.rank;
  settings["passes"] = fit.report.log_likelihood.size();
  settings["converged"] = fit.report.converged;
  settings["regularisation"] = options.regularisation;
  if (options.ridge > 0.0) settings["ridge"] = options.ridge;
  if (options.batch > 0) settings["batch"] = options.batch;
  settings["restarts"] = options.restarts;
  settings["seed"] = options.seed;
  settings["bic"] = fit.report.bic;
  model.settings = settings.dump();
  std::visit([&](auto& prior) { set_prior<T>(model, std::move(prior)); }, fit.prior);
  if (report != nullptr) *report = std::move(fit.report);
  return model;
}

#define PELLUCID_INSTANTIATE(T)                                                               \
  template Model fit_gaussian_model<T>(const SampleSource<T>&, SampleSpace, int, Monitor*);   \
  template Model fit_pca_model<T>(const SampleSource<T>&, SampleSpace, Index, int, Monitor*); \
  template Model fit_mixture_model<T>(const SampleSource<T>&, SampleSpace,                    \
                                      const MixtureFitOptions<T>&, Monitor*, MixtureFitReport*);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
