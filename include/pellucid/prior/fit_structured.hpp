// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <variant>

#include "pellucid/prior/diagonal_mixture.hpp"
#include "pellucid/prior/factor_mixture.hpp"
#include "pellucid/prior/fit_mixture.hpp"

namespace pellucid {

/// A fitted mixture of any covariance type; Toeplitz ones have covariances like full ones.
template <class T>
struct StructuredFit {
  std::variant<GaussianMixture<T>, DiagonalMixture<T>, FactorMixture<T>> prior;
  MixtureFitReport report;
};

/// Expectation-maximisation as `fit_mixture` makes it, with covariances of `options.covariance`.
/// `C_0` and the components are of that type; the prior's strength is in proportion to the free
/// numbers of a covariance: `kappa = regularisation N` for full and tied, twice the
/// `regularisation` for diagonal, circulant and Toeplitz, `2 (r + 1)` times it for low-rank ones. A
/// tied covariance has one prior for all components. `block_*` types need `options.blocks`,
/// `low_rank` `options.rank`. Types other than full take no `options.start`.
template <class T>
[[nodiscard]] StructuredFit<T> fit_structured_mixture(const SampleSource<T>& clean,
                                                      const MixtureFitOptions<T>& options,
                                                      Monitor* monitor = nullptr);

}  // namespace pellucid
