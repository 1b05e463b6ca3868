// SPDX-License-Identifier: BSD-3-Clause
// Learns a prior from clean radio channels of an antenna array, then estimates new ones at 0 dB.
#include <cstdio>
#include <numbers>
#include <pellucid/pellucid.hpp>

using Complex = std::complex<double>;
using Channels = pellucid::Matrix<Complex>;  // one channel a column

// Channels of `antennas` half a wavelength apart, each from three paths of one of four clusters.
Channels channels(int antennas, int count, std::uint64_t seed) {
  const pellucid::RandomStream random(seed, pellucid::Purpose::prior_draw);
  Channels gains(3, count), result = Channels::Zero(antennas, count);
  random.normal<Complex>(0, 0, gains);
  for (int j = 0; j < count; ++j) {
    const int cluster = static_cast<int>(4 * random.uniform(j, 1, 0));
    for (int path = 0; path < 3; ++path) {
      const double sine = (cluster + 0.25 * random.uniform(j, 2, path)) / 2.0 - 1.0;
      for (int m = 0; m < antennas; ++m)
        result(m, j) += gains(path, j) * std::polar(1.0, std::numbers::pi * m * sine);
    }
  }
  return result;
}

int main() {
  const Channels train = channels(32, 4000, 1), clean = channels(32, 1000, 2);
  const pellucid::Model model = pellucid::fit_mixture_model<Complex>(
      pellucid::MatrixSource<Complex>(train), {32}, {.components = 8});

  Channels noise(32, 1000);
  pellucid::RandomStream(3, pellucid::Purpose::observation_noise).normal<Complex>(0, 0, noise);
  const Channels noisy = clean + std::sqrt(model.power) * noise;  // 0 dB
  const pellucid::Estimator<Complex> estimator(model);
  const Channels estimates = estimator.denoise(noisy, pellucid::Noise::snr_db(0.0));

  const double nmse = (estimates - clean).squaredNorm() / clean.squaredNorm();
  std::printf("NMSE of the observation 1.0, of the estimate %.3f\n", nmse);
  return nmse < 0.2 ? 0 : 1;
}
