// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/model/model.hpp"

namespace pellucid {

template <class T>
using DensePrior = std::variant<GaussianMixture<T>, LowRank<T>>;

/// The prior of a model's samples as the user has them, but for offset and scale: the transform is
/// undone, `F^H m_k` and `F^H C_k F`. `T` is double or std::complex<double>.
template <class T>
[[nodiscard]] DensePrior<T> dense_prior(const Model& model);

/// Throws `Error` for a model of vectors cut from signals; `what` is what cannot be done with one.
void require_whole_samples(const Model& model, const char* what);

}  // namespace pellucid
