// SPDX-License-Identifier: BSD-3-Clause
#include "training/adam.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "pellucid/base/parallel.hpp"

namespace pellucid::training {

namespace {

constexpr double beta_1 = 0.9, beta_2 = 0.99;
constexpr float epsilon = 1e-8F;
constexpr Index block = 1 << 15;  // numbers of a task
// Moments of weights whose gradient stays 0 fade; subnormal numbers would take a hundred times as
// long.
constexpr float smallest_moment = 1e-30F;

Index blocks_of(Index size) { return (size + block - 1) / block; }

}  // namespace

LearntWeights::LearntWeights(Numbers start)
    : weights(std::move(start)),
      average(weights),
      first_moment(Numbers::Zero(weights.size())),
      second_moment(Numbers::Zero(weights.size())) {}

double norm_of(const Numbers& gradient, int threads) {
  std::vector<double> sums(static_cast<std::size_t>(blocks_of(gradient.size())));
  parallel_for(static_cast<Index>(sums.size()), threads, [&](Index task, int) {
    const Index first = task * block;
    const auto part = gradient.segment(first, std::min(block, gradient.size() - first));
    sums[static_cast<std::size_t>(task)] = part.cast<double>().squaredNorm();
  });
  double sum = 0;
  for (const double part : sums) sum += part;
  return std::sqrt(sum);
}

void adam_step(const Numbers& gradient, double norm, const AdamStep& step, LearntWeights& learnt) {
  const auto n = static_cast<double>(step.number);
  const double decay = std::min(step.average_decay, (1 + n) / (10 + n));
  const bool clips = step.clip_norm > 0 && norm > step.clip_norm;
  const auto scale = static_cast<float>(clips ? step.clip_norm / norm : 1.0);
  const auto rate = static_cast<float>(step.rate / (1 - std::pow(beta_1, n)));
  const auto correction = static_cast<float>(1 / std::sqrt(1 - std::pow(beta_2, n)));
  const auto keep_1 = static_cast<float>(beta_1), keep_2 = static_cast<float>(beta_2);
  const auto take_1 = static_cast<float>(1 - beta_1), take_2 = static_cast<float>(1 - beta_2);
  const auto follow = static_cast<float>(1 - decay);
  const auto shrink = static_cast<float>(step.rate * step.weight_decay);
  parallel_for(blocks_of(gradient.size()), step.threads, [&](Index task, int) {
    const Index first = task * block, last = std::min(first + block, gradient.size());
    const float* g = gradient.data();
    float* w = learnt.weights.data();
    float* average = learnt.average.data();
    float* m = learnt.first_moment.data();
    float* v = learnt.second_moment.data();
    for (Index i = first; i < last; ++i) {
      const float slope = scale * g[i];
      const float mean = keep_1 * m[i] + take_1 * slope;
      const float square = keep_2 * v[i] + take_2 * slope * slope;
      m[i] = std::abs(mean) < smallest_moment ? 0.0F : mean;
      v[i] = square < smallest_moment ? 0.0F : square;
      w[i] -= shrink * w[i] + rate * m[i] / (correction * std::sqrt(v[i]) + epsilon);
      average[i] += follow * (w[i] - average[i]);
    }
  });
}

}  // namespace pellucid::training
