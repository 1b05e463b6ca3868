// SPDX-License-Identifier: BSD-3-Clause
#include "model/dense_prior.hpp"

#include <fmt/format.h>

#include "linalg/blas.hpp"
#include "pellucid/model/access.hpp"

namespace pellucid {

namespace {

// Priors of structured covariances: written out.
template <class Prior>
auto as_mixture(const Prior& prior) {
  return dense(prior);
}
template <class T>
GaussianMixture<T> as_mixture(const NetworkPrior<T>& prior) {
  const Gaussian<T> none = moments(prior);  // refuses
  return {Eigen::VectorXd::Ones(1), none.mean, {none.covariance}};
}
template <class T>
GaussianMixture<T> as_mixture(const Gaussian<T>& prior) {
  return {Eigen::VectorXd::Ones(1), prior.mean, {prior.covariance}};
}
template <class T>
GaussianMixture<T> as_mixture(const GaussianMixture<T>& prior) {
  return prior;
}

template <class T>
void undo(const SampleTransform<T>& transform, GaussianMixture<T>& prior) {
  transform.inverse(prior.means);
  for (Matrix<T>& covariance : prior.covariances) {
    transform.inverse(covariance);  // F^H C
    covariance.adjointInPlace();
    transform.inverse(covariance);  // F^H (F^H C)^H
    linalg::fill_upper<T>(covariance);
  }
}

}  // namespace

template <class T>
DensePrior<T> dense_prior(const Model& model) {
  const SampleTransform<T> transform(model.transform, model.shape);
  return std::visit(
      [&](const auto& prior) -> DensePrior<T> {
        if constexpr (std::is_same_v<std::decay_t<decltype(prior)>, LowRank<T>>) {
          LowRank<T> low_rank = prior;
          transform.inverse(low_rank.mean);
          transform.inverse(low_rank.eigenvectors);
          return low_rank;
        } else {
          GaussianMixture<T> mixture = as_mixture(prior);
          if (model.transform != Transform::none) undo(transform, mixture);
          return mixture;
        }
      },
      prior_as<T>(model));
}

void require_whole_samples(const Model& model, const char* what) {
  if (model.framing.is_none()) return;
  throw Error(
      fmt::format("the model is of {} cut from signals, which have no {}: give a model of "
                  "whole samples",
                  model.framing.text(), what));
}

template DensePrior<double> dense_prior<double>(const Model&);
template DensePrior<std::complex<double>> dense_prior<std::complex<double>>(const Model&);

}  // namespace pellucid
