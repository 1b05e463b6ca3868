// SPDX-License-Identifier: BSD-3-Clause
#include "posterior/posterior_parts.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <atomic>

#include "linalg/blas.hpp"
#include "pellucid/base/error.hpp"
#include "pellucid/base/parallel.hpp"

namespace pellucid {

namespace {

// Samples per tile: enough for the products to run at full speed, as long as the rotated samples of
// all components stay within this many bytes per thread.
constexpr Index most_samples = 128;
constexpr double most_bytes = 128e6;

}  // namespace

template <class T>
MixturePosterior<T>::Parts::Parts(const GaussianMixture<Wide<T>>& prior,
                                  const Observation& observation, int threads,
                                  const LowRank<Wide<T>>* low_rank)
    : space(observation, low_rank != nullptr ? low_rank->dim() : prior.dim(),
            low_rank != nullptr ? &low_rank->eigenvectors : nullptr),
      is_low_rank(low_rank != nullptr),
      shares_bases(space.is_identity()),
      log_weights(prior.weights.array().log()) {
  const linalg::SingleThreadedBlas single_threaded;
  const Index count = prior.components(), r = rank(), n = prior.dim();
  const Index dim = is_low_rank ? low_rank->dim() : n;
  means = is_low_rank ? Matrix<T>(low_rank->mean.template cast<T>())
                      : Matrix<T>(prior.means.template cast<T>());
  if (is_low_rank) {
    common_mean = observation.is_identity() ? low_rank->mean
                                            : Vector<Wide<T>>(observation.matrix * low_rank->mean);
  }
  if (space.reduces()) reduction = space.reduction().template cast<T>();
  bases.resize(r, count * r);
  rotated_means.resize(count * r);
  eigenvalues.resize(count * r);
  if (!shares_bases) directions.resize(dim, count * n);
  spread.setOnes(count * n);
  unit_energy.resize(count * n);
  parallel_for(count, threads, [&](Index k, int) { add(k, prior, low_rank); });
  if (has_inverse() && !space.is_identity()) {
    inverse = Matrix<Wide<T>>(space.map().inverse()).template cast<T>();
  }
  for (Index k = 0; k < count && r > 0; ++k) {
    regular = regular && (prior.weights(k) == 0.0 || eigenvalues(k * r + r - 1) > 0.0);
  }
  const double bytes = static_cast<double>((bases.cols() + n) * Index{sizeof(T)});
  batch = std::clamp(static_cast<Index>(most_bytes / std::max(1.0, bytes)), Index{8}, most_samples);
}

template <class T>
void MixturePosterior<T>::Parts::add(Index k, const GaussianMixture<Wide<T>>& prior,
                                     const LowRank<Wide<T>>* low_rank) {
  const Index r = rank(), n = prior.dim();
  const ComponentBasis<Wide<T>> basis = component_basis<Wide<T>>(
      space, prior.covariances[static_cast<std::size_t>(k)], fmt::format("covariances[{}]", k));
  bases.middleCols(k * r, r) = basis.observed.template cast<T>();
  eigenvalues.segment(k * r, r) = basis.eigenvalues;
  Vector<Wide<T>> seen = is_low_rank ? common_mean : Vector<Wide<T>>(prior.means.col(k));
  if (is_low_rank) {
    if (space.reduces()) seen = space.reduction() * seen;
  } else if (!space.is_identity()) {
    seen = space.map() * seen;
  }
  rotated_means.segment(k * r, r) = (basis.observed.adjoint() * seen).template cast<T>();
  if (shares_bases) {
    unit_energy.segment(k * n, n).setOnes();
    spread.segment(k * n, n) = basis.eigenvalues.cwiseSqrt();
    return;
  }
  unit_energy.segment(k * n, n) = basis.directions.colwise().squaredNorm().transpose();
  if (low_rank != nullptr) {
    directions.middleCols(k * n, n) =
        (low_rank->eigenvectors * basis.directions).template cast<T>();
  } else {
    directions.middleCols(k * n, n) = basis.directions.template cast<T>();
  }
}

template struct MixturePosterior<float>::Parts;
template struct MixturePosterior<double>::Parts;
template struct MixturePosterior<std::complex<float>>::Parts;
template struct MixturePosterior<std::complex<double>>::Parts;

}  // namespace pellucid
