// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/model/normalise.hpp"

#include <cmath>

namespace pellucid {

namespace {

template <class T>
Vector<T> mean_of(const Gaussian<T>& prior) {
  return prior.mean;
}
template <class T>
Vector<T> mean_of(const LowRank<T>& prior) {
  return prior.mean;
}
template <class T>
Vector<T> mean_of(const GaussianMixture<T>& prior) {
  return prior.means * prior.weights.template cast<T>();
}
template <class T>
Vector<T> mean_of(const DiagonalMixture<T>& prior) {
  return prior.means * prior.weights.template cast<T>();
}
template <class T>
Vector<T> mean_of(const FactorMixture<T>& prior) {
  return prior.means * prior.weights.template cast<T>();
}

template <class T>
Vector<T> mean_of(const NetworkPrior<T>& prior) {
  return Vector<T>::Zero(prior.dim());
}

// x -> (x - mean) / q.
template <class T>
void move_units(Gaussian<T>& prior, const Vector<T>& mean, double q) {
  prior.mean = (prior.mean - mean) / q;
  prior.covariance /= q * q;
}
template <class T>
void move_units(LowRank<T>& prior, const Vector<T>& mean, double q) {
  prior.mean = (prior.mean - mean) / q;
  prior.eigenvalues /= q * q;
}
template <class T>
void move_units(GaussianMixture<T>& prior, const Vector<T>& mean, double q) {
  prior.means = (prior.means.colwise() - mean) / q;
  for (auto& covariance : prior.covariances) covariance /= q * q;
}
template <class T>
void move_units(DiagonalMixture<T>& prior, const Vector<T>& mean, double q) {
  prior.means = (prior.means.colwise() - mean) / q;
  prior.variances /= q * q;
}
template <class T>
void move_units(FactorMixture<T>& prior, const Vector<T>& mean, double q) {
  prior.means = (prior.means.colwise() - mean) / q;
  for (auto& factors : prior.factors) factors /= q;
  prior.noise_variances /= q * q;
}

template <class T>
void move_units(NetworkPrior<T>&, const Vector<T>&, double) {
  throw Error("power: a network's is the square of its scale: correct the one or the other");
}

// The standard deviation of the prior's samples in its own units. Of whole samples it is what an
// SNR refers to. The power of a framed model is that of the signals its samples are cut from, so
// the prior's own variance decides there; a fitted one may miss unity by what regularisation adds,
// or, of PCA, by what the components left out carry, and stays.
double unit_of(const Model& model) {
  if (model.framing.is_none()) return std::sqrt(model.power) / model.scale;
  const double variance = std::visit(
      [](const auto& field) {
        return std::visit([](const auto& prior) { return average_variance(prior); }, field);
      },
      model.prior);
  const bool fitted_pca = model.kind() == "pca" && variance < 1 && model.scale != 1;
  return fitted_pca ? 1.0 : std::sqrt(variance);
}

}  // namespace

Model normalised(Model model) {
  // Units that are right to rounding stay, so that a fitted model is used to the bit as stored.
  constexpr double rounding = 1e-9;
  const double q = unit_of(model);
  const auto normalise = [&](auto& prior) {
    const auto mean = mean_of(prior);
    const bool centred = mean.cwiseAbs().maxCoeff() <= rounding * q;
    if (centred && std::abs(q - 1) <= rounding) return;
    model.offset += model.scale * mean.template cast<std::complex<double>>();
    model.scale *= q;
    move_units(prior, mean, q);
  };
  std::visit([&](auto& field) { std::visit(normalise, field); }, model.prior);
  return model;
}

}  // namespace pellucid
