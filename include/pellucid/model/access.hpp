// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "pellucid/base/error.hpp"
#include "pellucid/model/model.hpp"

namespace pellucid {

/// The prior of a model as the variant of real or of complex priors; `T` is double or
/// std::complex<double>. Throws `Error` for a model of the other sort.
template <class T>
[[nodiscard]] const auto& prior_as(const Model& model) {
  if (model.is_complex() != is_complex<T>) {
    throw Error(model.is_complex() ? "the model is for complex data, these are real"
                                   : "the model is for real data, these are complex");
  }
  return std::get < is_complex<T> ? 1 : 0 > (model.prior);
}

/// The offset in arithmetic `T`.
template <class T>
[[nodiscard]] Vector<T> offset_as(const Model& model) {
  if constexpr (is_complex<T>) {
    return model.offset.template cast<T>();
  } else {
    return model.offset.real().template cast<T>();
  }
}

/// The offset where the user's samples live, before the model's transform.
template <class T>
[[nodiscard]] Vector<T> mean_signal(const Model& model) {
  Matrix<T> mean = offset_as<T>(model);
  SampleTransform<T>(model.transform, model.shape).inverse(mean);
  return mean.col(0);
}

/// The mean and covariance of the model's prior, in model units.
template <class T>
[[nodiscard]] Gaussian<T> moments(const Model& model) {
  return std::visit(
      [](const auto& prior) -> Gaussian<T> {
        using Prior = std::decay_t<decltype(prior)>;
        if constexpr (std::is_same_v<Prior, Gaussian<T>>) {
          return prior;
        } else if constexpr (std::is_same_v<Prior, LowRank<T>>) {
          return {prior.mean, prior.eigenvectors *
                                  prior.eigenvalues.template cast<T>().asDiagonal() *
                                  prior.eigenvectors.adjoint()};
        } else {
          return moments(prior);
        }
      },
      prior_as<T>(model));
}

}  // namespace pellucid
