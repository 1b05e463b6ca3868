// SPDX-License-Identifier: BSD-3-Clause
#include "pellucid/spiked/spiked_model.hpp"

#include <fmt/format.h>

#include <cmath>

#include "pellucid/base/error.hpp"

namespace pellucid {

namespace {

void require_variance(double value, const char* what) {
  if (std::isfinite(value) && value >= 0.0) return;
  throw Error(fmt::format("spiked model: {} is {}: give a finite one, 0 or more", what, value));
}

}  // namespace

SpikedModel::SpikedModel(double noise_variance, double gamma)
    : noise_variance_(noise_variance), gamma_(gamma) {
  require_variance(noise_variance, "the noise variance");
  require_variance(gamma, "gamma");
}

double SpikedModel::threshold() const { return noise_variance_ * std::sqrt(gamma_); }

double SpikedModel::edge() const {
  const double root = 1.0 + std::sqrt(gamma_);
  return noise_variance_ * root * root;
}

double SpikedModel::sample_eigenvalue(double l) const {
  require_variance(l, "a spike");
  if (l <= threshold()) return edge();
  return (l + noise_variance_) * (1.0 + gamma_ * noise_variance_ / l);
}

double SpikedModel::spike_of_eigenvalue(double lambda) const {
  require_variance(lambda, "a sample eigenvalue");
  const double upper = edge();
  if (lambda <= upper) return 0.0;
  // q^2 - 4 gamma s2^2 in factors: digits survive next to the edge.
  const double root = 1.0 - std::sqrt(gamma_);
  const double lower = noise_variance_ * root * root;
  const double q = lambda - noise_variance_ * (1.0 + gamma_);
  return (q + std::sqrt(lambda - upper) * std::sqrt(lambda - lower)) / 2.0;
}

double SpikedModel::squared_cosine(double l) const {
  require_variance(l, "a spike");
  if (l <= threshold()) return 0.0;
  const double inverse = noise_variance_ / l;  // 1 / theta
  return (1.0 - gamma_ * inverse * inverse) / (1.0 + gamma_ * inverse);
}

double SpikedModel::squared_cosine_of_scores(double l) const {
  require_variance(l, "a spike");
  if (l <= threshold()) return 0.0;
  const double inverse = noise_variance_ / l;
  return (1.0 - gamma_ * inverse * inverse) / (1.0 + inverse);
}

double SpikedModel::mixing(double l, double other, double samples) const {
  require_variance(l, "a spike");
  require_variance(other, "a spike");
  if (!(samples > 0.0)) {
    throw Error(fmt::format("spiked model: {} samples: give a number above 0", samples));
  }
  if (l <= threshold()) return 0.0;
  const double gap = l - other;
  // Quotients of each factor: the gap's square may leave the range of numbers.
  return (l + noise_variance_) / gap * ((other + noise_variance_) / gap) /
         (samples * (1.0 + gamma_ * noise_variance_ / l));
}

std::vector<double> SpikedModel::squared_cosines(const std::vector<double>& spikes,
                                                 double samples) const {
  std::vector<double> cosines;
  cosines.reserve(spikes.size());
  for (std::size_t i = 0; i < spikes.size(); ++i) {
    const double alone = squared_cosine(spikes[i]);
    double lost = 0.0;
    for (std::size_t j = 0; j < spikes.size() && alone > 0.0; ++j) {
      if (j == i) continue;
      // r / (1 + r) as m / (c^2 + m), and 1 for equal spikes.
      const double mixed = mixing(spikes[i], spikes[j], samples);
      lost += std::isinf(mixed) ? 1.0 : mixed / (alone + mixed);
    }
    cosines.push_back(alone / (1.0 + lost));
  }
  return cosines;
}

}  // namespace pellucid
