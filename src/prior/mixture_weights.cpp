// SPDX-License-Identifier: BSD-3-Clause
#include "prior/mixture_weights.hpp"

#include <fmt/format.h>

#include <complex>

#include "pellucid/base/error.hpp"
#include "pellucid/base/random.hpp"
#include "prior/log_sum_exp.hpp"

namespace pellucid {

namespace {

constexpr double weight_tolerance = 1e-6;  // weights may have been written in single precision

/// The component whose share of [0, 1) holds `u`.
Index component_at(const Eigen::VectorXd& weights, double u) {
  Index last = 0;
  double sum = 0.0;
  u *= weights.sum();
  for (Index k = 0; k < weights.size(); ++k) {
    if (weights(k) == 0.0) continue;
    last = k;
    sum += weights(k);
    if (u < sum) break;
  }
  return last;
}

}  // namespace

void check_weights(const Eigen::VectorXd& weights) {
  if (weights.size() == 0) throw Error("weights: is empty: a mixture has at least one component");
  for (Index k = 0; k < weights.size(); ++k) {
    if (weights(k) >= 0.0 && std::isfinite(weights(k))) continue;
    throw Error(fmt::format("weights[{}]: is {}: must be finite and not negative", k, weights(k)));
  }
  if (std::abs(weights.sum() - 1.0) > weight_tolerance) {
    throw Error(fmt::format("weights: sum to {:.9g}: must sum to 1", weights.sum()));
  }
}

template <class T>
void check_means(const Matrix<T>& means, Index components) {
  if (means.rows() == 0) throw Error("means: is empty: a prior has at least one entry");
  if (means.cols() != components) {
    throw Error(fmt::format("means: holds {} components, weights {}: must agree", means.cols(),
                            components));
  }
  for (Index k = 0; k < components; ++k) {
    if (means.col(k).allFinite()) continue;
    throw Error(fmt::format("means[{}]: has an entry that is not finite: remove NaN, infinity", k));
  }
}

std::vector<std::vector<Index>> choose_components(const Eigen::VectorXd& weights, Index count,
                                                  std::uint64_t seed, Index first) {
  const RandomStream random(seed, Purpose::component_draw);
  std::vector<std::vector<Index>> chosen(static_cast<std::size_t>(weights.size()));
  for (Index j = 0; j < count; ++j) {
    const Index k =
        component_at(weights, random.uniform(static_cast<std::uint64_t>(first + j), 0, 0));
    chosen[static_cast<std::size_t>(k)].push_back(j);
  }
  return chosen;
}

Eigen::VectorXd log_sums(Eigen::MatrixXd joint) {
  Eigen::VectorXd sums(joint.cols());
  for (Index j = 0; j < joint.cols(); ++j) sums(j) = normalise_logs(joint.col(j));
  return sums;
}

Eigen::MatrixXd weights_from_logs(Eigen::MatrixXd joint) {
  for (Index j = 0; j < joint.cols(); ++j) normalise_logs(joint.col(j));
  return joint;
}

template <class T>
Matrix<T> scatter_of_means(const Matrix<T>& means, const Eigen::VectorXd& weights) {
  const Matrix<T> centred = means.colwise() - means * weights.template cast<T>();
  return centred * weights.template cast<T>().asDiagonal() * centred.adjoint();
}

template <class T>
double spread_of_means(const Matrix<T>& means, const Eigen::VectorXd& weights) {
  const Matrix<T> centred = means.colwise() - means * weights.template cast<T>();
  return (centred.colwise().squaredNorm() * weights).value();
}

#define PELLUCID_INSTANTIATE(T)                                                     \
  template void check_means<T>(const Matrix<T>&, Index);                            \
  template Matrix<T> scatter_of_means<T>(const Matrix<T>&, const Eigen::VectorXd&); \
  template double spread_of_means<T>(const Matrix<T>&, const Eigen::VectorXd&);
PELLUCID_INSTANTIATE(double)
PELLUCID_INSTANTIATE(std::complex<double>)
#undef PELLUCID_INSTANTIATE

}  // namespace pellucid
