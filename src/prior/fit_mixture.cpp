// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/prior/fit_mixture.hpp"

#include "pellucid/base/error.hpp"
#include "pellucid/prior/fit_structured.hpp"

namespace pellucid {

template <class T>
MixtureFit<T> fit_mixture(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                          Monitor* monitor) {
  if (options.covariance != CovarianceType::full) {
    throw Error("mixture fit: covariance type '" + name(options.covariance) +
                "' is not full: fit a prior of that type");
  }
  StructuredFit<T> fit = fit_structured_mixture(clean, options, monitor);
  return {std::get<GaussianMixture<T>>(std::move(fit.prior)), std::move(fit.report)};
}

#define PELLUCID_INSTANTIATE(T)                                                              \
  template MixtureFit<T> fit_mixture<T>(const SampleSource<T>&, const MixtureFitOptions<T>&, \
                                        Monitor*);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
