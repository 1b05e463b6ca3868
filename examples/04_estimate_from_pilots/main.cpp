// SPDX-License-Identifier: BSD-3-Clause
// Estimates radio channels of 32 antennas from 8 pilots, with fewer equations than unknowns: the
// prior supplies the rest, and says how sure it is.
#include <cstdio>
#include <pellucid/pellucid.hpp>

using Complex = std::complex<double>;
using Batch = pellucid::Matrix<Complex>;  // one vector a column

constexpr int antennas = 32, pilots = 8, components = 4, users = 2000;

// Standard complex normal numbers.
Batch white(int rows, int cols, std::uint64_t seed) {
  Batch numbers(rows, cols);
  pellucid::RandomStream(seed, pellucid::Purpose::probe).normal<Complex>(0, 0, numbers);
  return numbers;
}

// Channels of each component come from six directions of their own.
pellucid::GaussianMixture<Complex> channel_model() {
  pellucid::GaussianMixture<Complex> prior;
  prior.weights = Eigen::VectorXd::Constant(components, 1.0 / components);
  prior.means = Batch::Zero(antennas, components);
  for (int k = 0; k < components; ++k) {
    const Batch directions = white(antennas, 6, 10 + k) / std::sqrt(6.0);
    prior.covariances.push_back(directions * directions.adjoint());
    prior.covariances.back().diagonal().array() += 0.01;
  }
  return prior;
}

int main() {
  const pellucid::GaussianMixture<Complex> prior = channel_model();
  const Batch channels = pellucid::draw(prior, users, 1);
  const Batch matrix = white(pilots, antennas, 2) / std::sqrt(1.0 * antennas);
  const double noise_variance = 0.01;  // 20 dB
  const Batch received = matrix * channels + std::sqrt(noise_variance) * white(pilots, users, 3);

  const pellucid::MixturePosterior<Complex> posterior(prior,
                                                      {.matrix = matrix, .noise_covariance = {}});
  const auto [mean, variance] = posterior.moments(received, {&noise_variance, 1});

  const double error = (mean - channels).squaredNorm(), power = channels.squaredNorm();
  std::printf("NMSE %.3f, the posterior expects %.3f\n", error / power, variance.sum() / power);
  return error / power < 0.4 && std::abs(variance.sum() / error - 1) < 0.05 ? 0 : 1;
}
