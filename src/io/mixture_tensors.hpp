// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include "io/model_metadata.hpp"
#include "io/model_tensors.hpp"
#include "pellucid/model/model.hpp"

namespace pellucid::io {

/// A mixture of the covariance type that its tensors' names and shapes say: `covariances`,
/// `variances`, `spectra`, `covariance` (tied) or `factors`. Throws `Error` where the metadata say
/// another.
template <class T>
[[nodiscard]] PriorOf<T> read_mixture(const std::filesystem::path& path,
                                      const ModelMetadata& metadata, TensorReader& tensors);

template <class T>
void store(SafeTensors& content, const GaussianMixture<T>& prior);
template <class T>
void store(SafeTensors& content, const DiagonalMixture<T>& prior);
template <class T>
void store(SafeTensors& content, const FactorMixture<T>& prior);

}  // namespace pellucid::io
