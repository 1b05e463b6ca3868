// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/fit_mixture.hpp"

#include <fmt/format.h>

#include "pellucid/base/error.hpp"
#include "prior/expectation_maximisation.hpp"
#include "prior/full_components.hpp"
#include "prior/mixture_options.hpp"

namespace pellucid {

namespace {

template <class T>
void check_start(Index dim, const GaussianMixture<T>& start) {
  start.validate();
  if (start.dim() == dim) return;
  throw Error(fmt::format("mixture fit: the start has {} entries, the samples {}: must agree",
                          start.dim(), dim));
}

}  // namespace

template <class T>
MixtureFit<T> fit_mixture(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                          Monitor* monitor) {
  if (options.covariance != CovarianceType::full) {
    throw Error("mixture fit: covariance type '" + name(options.covariance) +
                "' is not full: fit a prior of that type");
  }
  const Index components = options.start ? options.start->components() : options.components;
  check_mixture_options(clean, options, components);
  if (options.start) check_start(clean.dim(), *options.start);
  FullComponents<T> mixture(clean.dim(), components, options.start ? &*options.start : nullptr,
                            options.ridge);
  MixtureFitReport report = fit_components(clean, options, mixture, monitor);
  return {mixture.result(), std::move(report)};
}

#define PELLUCID_INSTANTIATE(T)                                                              \
  template MixtureFit<T> fit_mixture<T>(const SampleSource<T>&, const MixtureFitOptions<T>&, \
                                        Monitor*);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
