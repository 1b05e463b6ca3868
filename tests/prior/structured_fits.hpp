// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/prior/fit_structured.hpp"
#include "support/golden.hpp"
#include "support/random_priors.hpp"

namespace pellucid::test {

inline constexpr CovarianceType all_types[] = {CovarianceType::tied,
                                               CovarianceType::diag,
                                               CovarianceType::spherical,
                                               CovarianceType::circulant,
                                               CovarianceType::block_circulant,
                                               CovarianceType::toeplitz,
                                               CovarianceType::block_toeplitz,
                                               CovarianceType::low_rank};

template <class T>
MixtureFitOptions<T> options_for(CovarianceType type, Index n1, Index n2) {
  MixtureFitOptions<T> options;
  options.covariance = type;
  options.components = 3;
  options.tolerance = 0;
  options.threads = 2;
  if (type == CovarianceType::block_circulant || type == CovarianceType::block_toeplitz) {
    options.blocks = {n1, n2};
  }
  if (type == CovarianceType::low_rank) options.rank = 2;
  return options;
}

template <class T>
Matrix<T> samples_of_three(Index dim, Index count, std::uint64_t seed) {
  Generator generator(seed);
  return draw(test::random_mixture<T>(dim, 3, generator, 0.7), count, seed);
}

template <class T>
GaussianMixture<T> written_out(const StructuredFit<T>& fit) {
  return std::visit(
      [](const auto& prior) -> GaussianMixture<T> {
        prior.validate();
        if constexpr (requires { prior.covariances; }) {
          return prior;
        } else {
          return dense(prior);
        }
      },
      fit.prior);
}

template <class T>
StructuredFit<T> fit_to(const Matrix<T>& x, const MixtureFitOptions<T>& options) {
  return fit_structured_mixture<T>(MatrixSource<T>(x), options);
}

// The nearest covariance in likelihood of the types where it is a projection: averages over what
// the type takes to be equal.

}  // namespace pellucid::test
