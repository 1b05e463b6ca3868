// SPDX-License-Identifier: BSD-3-Clause

// Which algorithm computes a batch, and the one that takes every component there and back.

#include <algorithm>
#include <limits>

#include "denoiser/mixture_engine.hpp"

namespace pellucid {

namespace {

// The cost model, in products of one component's basis with one sample. The factors are measured
// (bench/kernel_bench.cpp, bench/conditional_mean_bench.cpp).

/// Screening looks at a fraction of every basis, finishes the survivors, and goes there and back
/// for the active components; samples gathered for one component leave vectors half empty.
double cost_of_screening(double components, double seen, double survivors, double active) {
  constexpr double gathering = 1.6;
  return components * seen + gathering * (survivors * (1.0 - seen) + 2.0 * active);
}

/// There and back for every component.
double cost_of_rotating(double components) { return 2.0 * components; }

/// One product for every component, and one for each of its columns to form the filter.
double cost_of_filtering(double components, Index dim, Index samples) {
  constexpr double forming = 1.3;
  return components * (1.0 + forming * static_cast<double>(dim) / static_cast<double>(samples));
}

}  // namespace

template <class Real>
bool filtering_may_pay(const MixtureBases<Real>& bases, Index samples) {
  const auto components = static_cast<double>(bases.components());
  return bases.components() > 1 && bases.rank() == bases.dim() &&
         cost_of_filtering(components, bases.dim(), samples) < cost_of_rotating(components);
}

template <class Real>
void MixtureEngine<Real>::begin_softmax() {
  work_.largest.setConstant(-std::numeric_limits<double>::infinity());
  work_.sums.setZero();
}

// The weight of component `k`, whose energies are known, relative to those before it.
template <class Real>
void MixtureEngine<Real>::add_to_softmax(Index k) {
  const Index samples = x_.samples;
  auto log_weight = work_.weights.col(0).head(samples);
  log_weights(k, samples, log_weight);
  linalg::tile_kernels<Real>().running_softmax(log_weight.data(), samples, work_.largest.data(),
                                               work_.sums.data(), work_.weight.data(),
                                               work_.keep.data());
}

// The sums in `out` divided by those of the weights. False where a sample is so far off that every
// weight underflows.
template <class Real>
bool MixtureEngine<Real>::end_softmax(RealBatch<Real> x0) {
  const Index samples = x_.samples;
  linalg::tile_kernels<Real>().unpack(work_.out.data(), bases_.padded_dim(), nullptr, samples,
                                      bases_.dim(), false, x0.entries, x0.stride);
  for (Index j = 0; j < samples; ++j) {
    if (!(work_.sums(j) > 0.0) && is_finite(j)) return false;
    const auto share = static_cast<Real>(1.0 / work_.sums(j));
    Eigen::Map<Vector<Real>>(x0.entries + j * x0.stride, bases_.dim()) *= share;
  }
  return true;
}

template <class Real>
bool MixtureEngine<Real>::rotate_all(RealBatch<Real> x0) {
  begin_softmax();
  for (Index k = 0; k < bases_.components(); ++k) {
    rotate(k, 0, bases_.padded_rank(), Source::batch, x_.samples, work_.z.data());
    add_to_softmax(k);
    component_means(k, Source::batch, x_.samples, k == 0 ? nullptr : work_.keep.data());
  }
  return end_softmax(x0);
}

template <class Real>
void MixtureEngine<Real>::estimate(RealBatch<Real> x0) {
  switch (choose()) {
    case Algorithm::filtering:
      if (filter_all(x0)) return;
      break;
    case Algorithm::rotating:
      if (rotate_all(x0)) return;
      break;
    case Algorithm::screening:
      break;
  }
  (void)weigh(x_.samples);
  blend(x0);
}

// By the cost model. How many components survive and are active the first few samples tell, unless
// the observations hold so little information about the signal (`I(x; y)` bounds that about the
// component) that no weight can be expected to fall below the cutoff.
template <class Real>
auto MixtureEngine<Real>::choose() -> Algorithm {
  if (bases_.components() == 1) return Algorithm::rotating;
  const Index pilot = std::min(x_.samples, linalg::tile_kernels<Real>().lanes);
  const auto components = static_cast<double>(bases_.components());
  const bool all_active = one_level() && work_.level.information < -0.5 * std::log(cutoff_);
  double screening = std::numeric_limits<double>::infinity();
  if (!all_active) {
    const double survivors = weigh(pilot);
    if (pilot == x_.samples) return Algorithm::screening;
    const auto active = static_cast<double>((work_.weights.topRows(pilot).array() > 0.0).count());
    const double seen = one_level() ? static_cast<double>(screened_rows(bases_)) /
                                          static_cast<double>(bases_.padded_rank())
                                    : 1.0;
    screening = cost_of_screening(components, seen, survivors, active / static_cast<double>(pilot));
  }
  const double filtering = cost_of_filtering(components, bases_.dim(), x_.samples);
  const bool can_filter =
      one_level() && filtering_may_pay(bases_, x_.samples) && filtering_is_accurate();
  if (can_filter && filtering < screening) return Algorithm::filtering;
  return cost_of_rotating(components) < screening ? Algorithm::rotating : Algorithm::screening;
}

template bool filtering_may_pay(const MixtureBases<float>&, Index);
template bool filtering_may_pay(const MixtureBases<double>&, Index);
#define PELLUCID_INSTANTIATE(Real)                                 \
  template void MixtureEngine<Real>::begin_softmax();              \
  template void MixtureEngine<Real>::add_to_softmax(Index);        \
  template bool MixtureEngine<Real>::end_softmax(RealBatch<Real>); \
  template void MixtureEngine<Real>::estimate(RealBatch<Real>);
PELLUCID_INSTANTIATE(float)
PELLUCID_INSTANTIATE(double)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
