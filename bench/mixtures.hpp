// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "pellucid/model/model.hpp"

namespace pellucid::bench {

/// The mixture in `PREFIX.weights.npy` (K), `PREFIX.means.npy` (K, N) and
/// `PREFIX.covariances.npy` (K, N, N). `T` is double or std::complex<double>.
template <class T>
[[nodiscard]] GaussianMixture<T> read_mixture(const std::string& prefix);

/// Zero mean, unit average variance; covariances `W W^H + 0.01 I` with min(N, 64) factors whose
/// variances fall as 1/j, as spectra of pictures do.
template <class T>
[[nodiscard]] GaussianMixture<T> random_mixture(Index dim, Index components, std::uint64_t seed);

/// A model in the mixture's own units.
template <class T>
[[nodiscard]] Model model_of(GaussianMixture<T> prior);

/// Standard normal entries; complex ones have variance 1.
template <class T>
[[nodiscard]] Matrix<T> normal_matrix(Index rows, Index cols, std::mt19937_64& generator);

}  // namespace pellucid::bench
