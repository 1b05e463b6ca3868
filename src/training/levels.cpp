// SPDX-License-Identifier: BSD-3-Clause
#include "training/levels.hpp"

#include <algorithm>
#include <cmath>

namespace pellucid::training {

namespace {

constexpr double largest_weight_snr = 5.0;  // gamma of Hang et al.

// `c0` and `c1` of the mean `c0 x0 + c1 x_t` of q(x_{t-1} | x_t, x0), Ho et al. eq. 7; step 0 is
// the clean signal.
struct PosteriorMean {
  double c0, c1;
};

PosteriorMean posterior_mean(const Schedule& schedule, int step) {
  const double noise = schedule.level(step).noise;
  const NoiseLevel& next = schedule.level(step - 1);
  return {std::sqrt(next.alpha_bar) * schedule.beta(step) / noise,
          std::sqrt(schedule.alpha(step)) * next.noise / noise};
}

}  // namespace

TrainingLevels::TrainingLevels(const NetworkArchitecture& architecture, const Schedule& schedule,
                               LossWeighting weighting)
    : conditioning_(architecture.conditioning),
      prediction_(architecture.prediction),
      lowest_snr_db_(architecture.lowest_snr_db),
      highest_snr_db_(architecture.highest_snr_db),
      schedule_(schedule),
      weighting_(weighting) {}

TrainingLevel TrainingLevels::at(double u) const {
  TrainingLevel result;
  NoiseLevel level;
  int step = 0;
  if (conditioning_ == Conditioning::log_snr) {
    result.number = lowest_snr_db_ + u * (highest_snr_db_ - lowest_snr_db_);
    level = NoiseLevel::from_snr_db(result.number);
  } else {
    step = std::min(1 + static_cast<int>(u * schedule_.steps()), schedule_.steps());
    result.number = step - 1;
    level = schedule_.level(step);
  }
  const double a = std::sqrt(level.alpha_bar), s = std::sqrt(level.noise);
  result.clean = a;
  result.noise = s;
  // The squared error of x0 that the output's implies is `share` times that.
  double share = 1.0;
  switch (prediction_) {
    case Prediction::noise:
      share = 1.0 / level.snr();
      break;
    case Prediction::clean:
      result.target_clean = 1.0;
      result.target_noise = 0.0;
      break;
    case Prediction::posterior_mean: {
      const PosteriorMean mean = posterior_mean(schedule_, step);
      result.target_clean = mean.c0 + mean.c1 * a;
      result.target_noise = mean.c1 * s;
      share = 1.0 / (mean.c0 * mean.c0);
      break;
    }
    case Prediction::velocity:
      result.target_clean = -s;
      result.target_noise = a;
      share = level.noise;
      break;
  }
  if (weighting_ == LossWeighting::snr) result.weight = level.snr() * share;
  if (weighting_ == LossWeighting::min_snr) {
    result.weight = std::min(level.snr(), largest_weight_snr) * share;
  }
  return result;
}

}  // namespace pellucid::training
