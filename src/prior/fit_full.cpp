// SPDX-License-Identifier: BSD-3-Clause
#include "prior/fit_full.hpp"

#include <fmt/format.h>

#include "pellucid/base/error.hpp"
#include "prior/expectation_maximisation.hpp"
#include "prior/full_components.hpp"
#include "prior/reordered_source.hpp"

namespace pellucid {

namespace {

template <class T>
void check_start(Index dim, const GaussianMixture<T>& start) {
  start.validate();
  if (start.dim() == dim) return;
  throw Error(fmt::format("mixture fit: the start has {} entries, the samples {}: must agree",
                          start.dim(), dim));
}

/// The mixture with its entries in `order`, as `ReorderedSource` has them, or back.
template <class T>
GaussianMixture<T> reordered(GaussianMixture<T> mixture, const std::vector<Index>& order) {
  mixture.means = mixture.means(order, Eigen::all).eval();
  for (Matrix<T>& covariance : mixture.covariances) covariance = covariance(order, order).eval();
  return mixture;
}

std::vector<Index> inverse(const std::vector<Index>& order) {
  std::vector<Index> back(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    back[static_cast<std::size_t>(order[i])] = static_cast<Index>(i);
  }
  return back;
}

}  // namespace

template <class T>
MixtureFit<T> fit_full(const SampleSource<T>& clean, const MixtureFitOptions<T>& options,
                       Monitor* monitor) {
  if (options.start) check_start(clean.dim(), *options.start);
  const Index components = options.start ? options.start->components() : options.components;
  const std::vector<Index> order = telling_order(clean);
  std::optional<GaussianMixture<T>> start;
  if (options.start) start = reordered(*options.start, order);
  FullComponents<T> mixture(clean.dim(), components, start ? &*start : nullptr, options.ridge);
  MixtureFitReport report =
      fit_components(ReorderedSource<T>(clean, order), options, mixture, monitor);
  return {reordered(mixture.result(), inverse(order)), std::move(report)};
}

#define PELLUCID_INSTANTIATE(T) \
  template MixtureFit<T> fit_full<T>(const SampleSource<T>&, const MixtureFitOptions<T>&, Monitor*);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
