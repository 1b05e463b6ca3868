// SPDX-License-Identifier: BSD-3-Clause
#include "report/analysis_examples.hpp"

#include <cmath>

namespace pellucid::test {
namespace {

constexpr double ratio = 0.5;  // d / n

double limit(double variance, double noise_std) {
  const double l = variance / (noise_std * noise_std);
  return l * l <= ratio ? 0.0 : (1 - ratio / (l * l)) / (1 + ratio / l);
}

std::vector<double> levels(double from, double to, int count) {
  std::vector<double> all;
  for (int i = 0; i < count; ++i) all.push_back(from * std::pow(to / from, i / (count - 1.0)));
  return all;
}

AlignmentRow row_of(Index component, double variance, double noise_std) {
  AlignmentRow row;
  row.component = component;
  row.noise_std = noise_std;
  row.cos2_theory = limit(variance, noise_std);
  const double s2 = noise_std * noise_std;
  row.cos2 = 0.99 * row.cos2_theory + 0.004;
  row.cos2_stderr = 0.05 * std::sqrt(row.cos2 * (1 - row.cos2));
  row.cos2_mixing = 0.995 * row.cos2_theory;
  row.eigenvalue_theory = row.cos2_theory > 0 ? (variance + s2) * (1 + ratio * s2 / variance)
                                              : s2 * std::pow(1 + std::sqrt(ratio), 2);
  row.eigenvalue = 0.98 * row.eigenvalue_theory;
  return row;
}

}  // namespace

Alignment example_alignment(int components) {
  Alignment alignment;
  alignment.noise_std = levels(0.05, 10, 21);
  alignment.dim = 256;
  alignment.samples = 512;
  alignment.gamma = ratio;
  alignment.repeats = 10;
  alignment.synthetic = true;
  alignment.mean_difference = 0.0123;
  alignment.mean_difference_mixing = 0.0041;
  for (const double noise_std : alignment.noise_std) {
    for (int k = 1; k <= components; ++k) {
      alignment.rows.push_back(row_of(k, 64 * std::pow(0.5, k - 1), noise_std));
    }
  }
  for (int k = 1; k <= components; ++k) {
    const double variance = 64 * std::pow(0.5, k - 1);
    const double threshold = std::sqrt(variance / std::sqrt(ratio));
    alignment.emergence.push_back(
        {k, variance, threshold, 0.8 * threshold, k == 1 ? std::nan("") : 0.79 * threshold});
  }
  return alignment;
}

Trajectory example_trajectory(bool linear) {
  Trajectory trajectory;
  trajectory.denoiser = linear ? "linear" : "mixture";
  trajectory.mode = linear ? LinearMode::project : LinearMode::standard;
  trajectory.dim = 64;
  trajectory.signals = 256;
  trajectory.training = linear ? 128 : 0;
  for (int band = 0; band <= 8; ++band) trajectory.band_edges.push_back(band / 16.0);
  for (int band = 0; band < 8; ++band) {
    trajectory.clean_band_energy.push_back(10 * std::pow(0.4, band));
  }
  const std::vector<double> noise = levels(10, 0.05, 30);
  for (std::size_t i = 0; i < noise.size(); ++i) {
    TrajectoryStep step;
    step.step = static_cast<int>(i) + 1;
    step.noise_std = noise[i];
    const double s2 = noise[i] * noise[i];
    step.nmse = s2 / (s2 + 1);
    step.nmse_stderr = 0.02 * *step.nmse;
    for (const double energy : trajectory.clean_band_energy) {
      step.band_energy.push_back(energy * energy / (energy + s2));
      step.band_error.push_back(energy * s2 / (energy + s2));
    }
    for (const double variance : {16.0, 8.0, 4.0, 2.0}) {
      step.spectrum.push_back(variance * variance / (variance + s2));
    }
    if (linear) {
      LinearStep one;
      one.noise_std = noise[i];
      for (const double variance : {16.0, 8.0, 4.0, 2.0}) {
        one.cos2.push_back(limit(variance, noise[i]));
        one.product.push_back(std::pow(variance / 32, 2 * step.step));
        one.variances.push_back(s2 * one.product.back());
      }
      one.leading_cos2 = 0.99;
      one.power_ratio = std::pow(0.5, 2 * step.step);
      one.power_cos2 = 0.99;
      step.linear = one;
    }
    trajectory.steps.push_back(std::move(step));
  }
  if (linear) {
    trajectory.linear = LinearProcess{};
    trajectory.linear->mode = LinearMode::project;
    trajectory.linear->reference = {16, 8, 4, 2};
    trajectory.linear->training = {16.5, 7.8, 4.1, 1.9};
    trajectory.linear->generated = {1.2, 1e-9, 1e-20, 0.0};
    trajectory.linear->total_variance = 1.2;
  }
  return trajectory;
}

ReportHead example_head(std::string title) {
  return {std::move(title),
          "pellucid analyze alignment --spikes 64,32,16 --dim 256 --samples 512 --report a.html",
          {{"version", "\"0.1.0\""}, {"seed", "1"}}};
}

}  // namespace pellucid::test
